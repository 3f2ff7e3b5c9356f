import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { ChangeSide, ChangedMember, MemberChange } from '../../kernel/access-preview.js';
import { ChangeSideResponse, ChangedUserResponse } from './change-side.response.js';

/** One user who would join or leave. */
@ApiSchema({ name: 'ChangedMember' })
class ChangedMemberResponse extends ChangedUserResponse implements ChangedMember {}

/** Those who would join, or those who would leave. */
@ApiSchema({ name: 'MemberChangeSide' })
class MemberChangeSideResponse extends ChangeSideResponse implements ChangeSide<ChangedMember> {
  @ApiProperty({
    type: [ChangedMemberResponse],
    description: 'The first 100, or the 100 after the cursor; by when the user was made.',
  })
  items!: ChangedMemberResponse[];
}

/** Who would join and who would leave a dynamic group, at this moment; nothing was written. */
@ApiSchema({ name: 'MemberChange' })
export class MemberChangeResponse implements MemberChange {
  @ApiProperty({ type: MemberChangeSideResponse })
  joined!: MemberChangeSideResponse;

  @ApiProperty({ type: MemberChangeSideResponse })
  left!: MemberChangeSideResponse;
}
