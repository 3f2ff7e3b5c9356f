export { TransfersModule } from './transfers.module.js';
export { ImportsService } from './imports/imports.service.js';
export { ExportsService } from './exports/exports.service.js';
export { TRANSFER_FORMATS, TRANSFER_KINDS, type TransferFormat, type TransferKind } from './transfer-kinds.js';
