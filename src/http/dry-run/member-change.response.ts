import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { ChangeSide, ChangedMember, MemberChange } from '../../kernel/access-preview.js';

/** One user who would join or leave. */
@ApiSchema({ name: 'ChangedMember' })
class ChangedMemberResponse implements ChangedMember {
  @ApiProperty({ type: String, format: 'uuid', example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d33' })
  user_id!: string;

  @ApiProperty({ type: String, example: 'ada' })
  user_name!: string;
}

/** Those who would join, or those who would leave. */
@ApiSchema({ name: 'MemberChangeSide' })
class MemberChangeSideResponse implements ChangeSide<ChangedMember> {
  @ApiProperty({ type: 'integer', minimum: 0, description: 'Exact.', example: 1 })
  count!: number;

  @ApiProperty({
    type: [ChangedMemberResponse],
    description: 'The first 100, or the 100 after the cursor; by when the user was made.',
  })
  items!: ChangedMemberResponse[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Send it as `cursor` with the same request to get the next ones; null where there are none.',
    example: null,
  })
  next_cursor!: string | null;
}

/** Who would join and who would leave a dynamic group, at this moment; nothing was written. */
@ApiSchema({ name: 'MemberChange' })
export class MemberChangeResponse implements MemberChange {
  @ApiProperty({ type: MemberChangeSideResponse })
  joined!: MemberChangeSideResponse;

  @ApiProperty({ type: MemberChangeSideResponse })
  left!: MemberChangeSideResponse;
}
