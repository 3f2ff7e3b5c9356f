import { Module } from '@nestjs/common';
import { UsersModule } from '../users/index.js';
import { GroupsController } from './groups.controller.js';
import { GroupsService } from './groups.service.js';
import { MembersController } from './members/members.controller.js';
import { MembersService } from './members/members.service.js';
import { RulePreviewController } from './rules/rule-preview.controller.js';
import { RulePreviewService } from './rules/rule-preview.service.js';
import { RuleMembers } from './rules/rule-members.js';
import { NestingsController } from './nestings/nestings.controller.js';
import { NestingsService } from './nestings/nestings.service.js';

@Module({
  imports: [UsersModule],
  controllers: [RulePreviewController, GroupsController, MembersController, NestingsController],
  providers: [RuleMembers, RulePreviewService, GroupsService, MembersService, NestingsService],
  exports: [GroupsService, MembersService, NestingsService],
})
export class GroupsModule {}
