import { ApiProperty } from '@nestjs/swagger';

/** A user of a list of those who are reached from somewhere, directly or through groups. */
export abstract class ReachedUserResponse {
  @ApiProperty({ type: String, format: 'uuid', example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d33' })
  user_id!: string;

  @ApiProperty({ type: String, example: 'ada' })
  user_name!: string;

  @ApiProperty({ type: String, nullable: true, example: 'ada@example.com' })
  email!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'Ada Lovelace' })
  display_name!: string | null;

  @ApiProperty({
    type: String,
    description: 'Suspended users are listed only where they are asked for: they may do nothing until they are active.',
    enum: ['active', 'suspended'],
    example: 'active',
  })
  status!: 'active' | 'suspended';

  @ApiProperty({
    type: String,
    description: '`direct`: the user itself has it; that wins over `group`.',
    enum: ['direct', 'group'],
    example: 'group',
  })
  assignment_type!: 'direct' | 'group';

  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    description: 'The group that has it (the first to get it, where several have); null where direct.',
    example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d55',
  })
  assigned_via!: string | null;
}

/** A row as such a list shows it. */
export function reachedUser(row: ShownUser): ReachedUserResponse {
  const { user_id, user_name, email, display_name, status, assignment_type, assigned_via } = row;
  const type = assignment_type ?? 'group';
  return { user_id, user_name, email, display_name, status, assignment_type: type, assigned_via };
}

type ShownUser = Omit<ReachedUserResponse, 'assignment_type'> & { readonly assignment_type: 'direct' | 'group' | null };
