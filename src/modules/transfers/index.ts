export { TransfersModule } from './transfers.module.js';
export { ImportsService } from './imports/imports.service.js';
export { ExportsService } from './exports/exports.service.js';
export type { TransferFormat, TransferKind } from './transfer-kinds.js';
