import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { VALIDITY_STATES, type ValidityState } from '../../../kernel/validity.js';
import { GROUP_KINDS, type Group, type GroupKind } from '../group.entity.js';

const UUID = { type: String, format: 'uuid' } as const;
const MOMENT = { type: String, format: 'date-time', example: '2026-11-22T09:30:00.000Z' } as const;

const BY_RULE = {
  type: Boolean,
  required: false,
  description: 'Only where the rule of the group has made it.',
  enum: [true],
  example: true,
} as const;

const FROM = { ...MOMENT, nullable: true, example: null, description: 'It holds from then on; null: since ever.' };
const UNTIL = { ...MOMENT, nullable: true, example: null, description: 'It holds before then; null: for ever.' };

@ApiSchema({ name: 'Group' })
export class GroupResponse {
  @ApiProperty({ ...UUID, example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d55' })
  id!: string;

  @ApiProperty({ type: String, example: 'Engineering' })
  name!: string;

  @ApiProperty({ type: String, nullable: true, example: 'Builds the product.' })
  description!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'ou-42' })
  external_id!: string | null;

  @ApiProperty({
    type: String,
    enum: GROUP_KINDS,
    description: '`static`: its members are put into it; `dynamic`: they are those for whom its rule holds.',
    example: 'static',
  })
  kind!: GroupKind;

  @ApiProperty({ type: String, nullable: true, description: 'Of a dynamic group, else null.', example: null })
  rule!: string | null;

  @ApiProperty(MOMENT)
  created_at!: Date;

  @ApiProperty(MOMENT)
  updated_at!: Date;
}

/** How callers, and the audit trail, see a group. */
export function groupResponse(group: Group): GroupResponse {
  return {
    id: group.id,
    name: group.name,
    description: group.description,
    external_id: group.externalId,
    kind: group.kind,
    rule: group.rule,
    created_at: group.createdAt,
    updated_at: group.updatedAt,
  };
}

/** A member of a group. */
@ApiSchema({ name: 'GroupMember' })
export class MemberResponse {
  @ApiProperty({ ...UUID, example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d33' })
  user_id!: string;

  @ApiProperty({ type: String, example: 'ada' })
  user_name!: string;

  @ApiProperty({ type: String, nullable: true, example: 'Ada Lovelace' })
  display_name!: string | null;

  @ApiProperty({ type: String, enum: ['direct', 'inherited'], example: 'direct' })
  membership!: 'direct' | 'inherited';

  @ApiProperty({ ...MOMENT, nullable: true, description: 'When it was added to this group; null where inherited.' })
  added_at!: Date | null;

  @ApiProperty(FROM)
  valid_from!: Date | null;

  @ApiProperty(UNTIL)
  valid_until!: Date | null;

  @ApiProperty({
    type: String,
    description: '`scheduled`: it will hold; `expired`: it has held. Neither gives access.',
    enum: VALIDITY_STATES,
    example: 'valid',
  })
  state!: ValidityState;

  @ApiProperty(BY_RULE)
  by_rule?: true;
}

/** What adding members did. */
@ApiSchema({ name: 'MembersAdded' })
export class MembersAddedResponse {
  @ApiProperty({ type: [String], example: ['019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d33'] })
  added!: string[];

  @ApiProperty({ type: [String], example: [] })
  already_members!: string[];
}

/** One membership. */
@ApiSchema({ name: 'GroupMembership' })
export class MembershipResponse {
  @ApiProperty({ ...UUID, example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d55' })
  group_id!: string;

  @ApiProperty({ ...UUID, example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d33' })
  user_id!: string;

  @ApiProperty(MOMENT)
  added_at!: Date;

  @ApiProperty(FROM)
  valid_from!: Date | null;

  @ApiProperty(UNTIL)
  valid_until!: Date | null;

  @ApiProperty(BY_RULE)
  by_rule?: true;
}

/** A group that a user is in. */
@ApiSchema({ name: 'UserGroup' })
export class UserGroupResponse {
  @ApiProperty({ ...UUID, example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d55' })
  group_id!: string;

  @ApiProperty({ type: String, example: 'Engineering' })
  name!: string;

  @ApiProperty({ type: String, enum: ['direct', 'inherited'], example: 'direct' })
  membership!: 'direct' | 'inherited';

  @ApiProperty({ ...MOMENT, nullable: true, description: 'When the user was added to it; null where inherited.' })
  added_at!: Date | null;

  @ApiProperty(BY_RULE)
  by_rule?: true;
}

/** A group directly inside another one. */
@ApiSchema({ name: 'NestedGroup' })
export class NestedGroupResponse {
  @ApiProperty({ ...UUID, example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d66' })
  group_id!: string;

  @ApiProperty({ type: String, example: 'Platform team' })
  name!: string;

  @ApiProperty(MOMENT)
  added_at!: Date;
}

/** One nesting. */
@ApiSchema({ name: 'GroupNesting' })
export class NestingResponse {
  @ApiProperty({ ...UUID, example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d55' })
  parent_id!: string;

  @ApiProperty({ ...UUID, example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d66' })
  child_id!: string;

  @ApiProperty(MOMENT)
  added_at!: Date;
}
