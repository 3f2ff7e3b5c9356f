import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { ENTITLEMENT_TYPES, type EntitlementType } from '../../roles/index.js';
import { EntitlementPage } from './entitlement-page.response.js';
import { ASSIGNEE_TYPES, type AssigneeType } from './assignment-search.requests.js';

const MOMENT = { type: String, format: 'date-time' } as const;
const NAMED = { type: String, nullable: true } as const;

/** A group on the way from a user to an entitlement. */
@ApiSchema({ name: 'EntitlementPathGroup' })
export class EntitlementPathGroup {
  @ApiProperty({ type: String, description: 'Code of the group.', example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d55' })
  code!: string;

  @ApiProperty({ type: String, example: 'Engineering' })
  name!: string;
}

/** Who holds an entitlement, as contract 4 has it. */
@ApiSchema({ name: 'EntitlementAssignment' })
export class EntitlementAssignment {
  @ApiProperty({ type: String, example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5dcc' })
  code!: string;

  @ApiProperty({ type: String, enum: ASSIGNEE_TYPES, example: 'USER' })
  type!: AssigneeType;

  @ApiProperty({ ...NAMED, description: 'Code of the user.', example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d33' })
  user!: string | null;

  @ApiProperty({ ...NAMED, description: 'Code of the group.', example: null })
  group!: string | null;

  @ApiProperty({
    type: String,
    description: 'Code of the entitlement.',
    example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5dbb',
  })
  entitlement!: string;

  @ApiProperty({ type: String, example: 'Editor' })
  entitlementName!: string;

  @ApiProperty({ type: String, enum: ENTITLEMENT_TYPES, example: 'role' })
  entitlementType!: EntitlementType;

  @ApiProperty({ ...NAMED, description: 'Deprecated. All entitlements are regular.', example: 'regular' })
  entitlementSubType!: string | null;

  @ApiProperty({ ...NAMED, description: 'Its name in the connected application.', example: 'grp-editors' })
  entitlementExtRef!: string | null;

  @ApiProperty({
    type: String,
    description: 'Code of the application.',
    example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d44',
  })
  application!: string;

  @ApiProperty({ type: Boolean, description: 'Whether rights are attached.', example: true })
  rights!: boolean;

  @ApiProperty({
    type: [String],
    required: false,
    description: 'The values of its rights; only with `includeRights=true`.',
    example: ['emea'],
  })
  rightValues?: string[];

  @ApiProperty({ ...NAMED, description: 'The subject of the token that assigned it.', example: 'demo-client' })
  creationUser!: string | null;

  @ApiProperty({ ...MOMENT, example: '2026-11-22T09:30:00.000Z' })
  creationDate!: Date;

  @ApiProperty({ ...NAMED, description: 'The subject of the token that last changed its rights.', example: null })
  lastModUser!: string | null;

  @ApiProperty({ ...MOMENT, nullable: true, example: null })
  lastModTime!: Date | null;

  @ApiProperty({
    type: [EntitlementPathGroup],
    required: false,
    description:
      'Only with `effective=true`: from the group that holds the user up to `group`, which has the entitlement; a shortest way. Empty where the user has it itself.',
  })
  path?: EntitlementPathGroup[];
}

@ApiSchema({ name: 'EntitlementAssignmentPage' })
export class EntitlementAssignmentPage extends EntitlementPage {
  @ApiProperty({ type: [EntitlementAssignment], description: 'In the order in which they were made.' })
  resources!: EntitlementAssignment[];
}
