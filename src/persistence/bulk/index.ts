export { BulkConnections, type BulkResult } from './bulk-connections.js';
export { BulkSession, copyRow } from './bulk-session.js';
export { TemporaryFile } from './temporary-file.js';
