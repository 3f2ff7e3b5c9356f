import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { VALIDITY_STATES, type ValidityState } from '../../../kernel/validity.js';

const APPLICATION = { type: String, format: 'uuid', example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d44' } as const;
const USER_ID = '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d33';
const GROUP_ID = '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d55';
const MOMENT = { type: String, format: 'date-time', example: '2026-11-22T09:30:00.000Z' } as const;
const TYPE = {
  type: String,
  description: '`direct`: to the user itself; `group`: to a group.',
  enum: ['direct', 'group'],
  example: 'direct',
};

/** One assignment, as the calls that make one answer it. */
@ApiSchema({ name: 'Assignment' })
export class AssignmentResponse {
  @ApiProperty({ type: String, format: 'uuid', example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d77' })
  id!: string;

  @ApiProperty(APPLICATION)
  application_id!: string;

  @ApiProperty({ type: String, format: 'uuid', nullable: true, example: USER_ID })
  user_id!: string | null;

  @ApiProperty({ type: String, format: 'uuid', nullable: true, example: null })
  group_id!: string | null;

  @ApiProperty(TYPE)
  assignment_type!: 'direct' | 'group';

  @ApiProperty(MOMENT)
  assigned_at!: Date;

  @ApiProperty({ type: String, description: 'The subject of the token that assigned it.', example: 'demo-client' })
  assigned_by!: string;

  @ApiProperty({ ...MOMENT, nullable: true, example: null, description: 'It holds from then on; null: since ever.' })
  valid_from!: Date | null;

  @ApiProperty({ ...MOMENT, nullable: true, example: null, description: 'It holds before then; null: for ever.' })
  valid_until!: Date | null;
}

/** One of all assignments of an application. */
@ApiSchema({ name: 'ApplicationAssignment' })
export class ApplicationAssignmentResponse extends AssignmentResponse {
  @ApiProperty({
    type: String,
    description: '`scheduled`: it will hold; `expired`: it has held. Neither gives access.',
    enum: VALIDITY_STATES,
    example: 'valid',
  })
  state!: ValidityState;
}

/** What a bulk call did. */
@ApiSchema({ name: 'BulkAssignmentResult' })
export class BulkAssignmentResponse {
  @ApiProperty({ type: [String], description: 'Assigned by this call.', example: [APPLICATION.example] })
  assigned!: string[];

  @ApiProperty({ type: [String], description: 'Assigned before.', example: [] })
  already_assigned!: string[];
}

/** Application assignment. */
@ApiSchema({ name: 'AppAssignment' })
export class AppAssignmentResponse {
  @ApiProperty(APPLICATION)
  application_id!: string;

  @ApiProperty({ type: String, example: 'CRM' })
  application_name!: string;

  @ApiProperty({ type: String, example: 'crm-web' })
  application_client_id!: string;

  @ApiProperty(MOMENT)
  assigned_at!: Date;

  @ApiProperty({ ...TYPE, example: 'group' })
  assignment_type!: 'direct' | 'group';

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The assigned group; null where direct. The user may be in a group inside of it.',
    example: GROUP_ID,
  })
  assigned_via!: string | null;
}

/** User's assigned applications response. */
@ApiSchema({ name: 'UserAssignedAppsResponse' })
export class UserAssignedAppsResponse {
  @ApiProperty({ type: String, format: 'uuid', example: USER_ID })
  user_id!: string;

  @ApiProperty({ type: [AppAssignmentResponse], description: 'One row an application and source.' })
  applications!: AppAssignmentResponse[];

  @ApiProperty({ type: 'integer', description: 'Number of rows.', example: 1 })
  total_count!: number;
}

/** Application's assignees response. */
@ApiSchema({ name: 'ApplicationAssigneesResponse' })
export class ApplicationAssigneesResponse {
  @ApiProperty(APPLICATION)
  application_id!: string;

  @ApiProperty({ type: [String], example: [USER_ID] })
  users!: string[];

  @ApiProperty({ type: [String], example: [GROUP_ID] })
  groups!: string[];

  @ApiProperty({ type: 'integer', example: 1 })
  total_users!: number;

  @ApiProperty({ type: 'integer', example: 1 })
  total_groups!: number;
}
