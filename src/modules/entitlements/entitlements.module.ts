import { Module } from '@nestjs/common';
import { AssignmentSearchController } from './search/assignment-search.controller.js';
import { AssignmentSearchService } from './search/assignment-search.service.js';

/** Entitlements of applications as contract 4 has them: another way to see and give the roles of applications. */
@Module({
  controllers: [AssignmentSearchController],
  providers: [AssignmentSearchService],
})
export class EntitlementsModule {}
