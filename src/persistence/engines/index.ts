export { DatabaseEngine, EngineError, type ConnectionOptions } from './database-engine.js';
export { engineFor } from './engine-for.js';
export { ServerEngine } from './server-engine.js';
