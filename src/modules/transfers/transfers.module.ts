import { Module } from '@nestjs/common';
import { ExportsController } from './exports/exports.controller.js';
import { ExportsService } from './exports/exports.service.js';
import { ImportsController } from './imports/imports.controller.js';
import { ImportsService } from './imports/imports.service.js';

@Module({
  controllers: [ImportsController, ExportsController],
  providers: [ImportsService, ExportsService],
  exports: [ImportsService, ExportsService],
})
export class TransfersModule {}
