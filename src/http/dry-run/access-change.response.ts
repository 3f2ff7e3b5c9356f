import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { AccessChange, ChangeSide, ChangedAccess } from '../../kernel/access-preview.js';
import { ChangeSideResponse, ChangedUserResponse, DryRunResponse } from './change-side.response.js';
import { FailedOperation } from './failed-operations.js';
import { MemberChangeResponse } from './member-change.response.js';

/** One user and one application that the user would gain or lose. */
@ApiSchema({ name: 'ChangedAccess' })
class ChangedAccessResponse extends ChangedUserResponse implements ChangedAccess {
  @ApiProperty({ type: String, format: 'uuid', example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d44' })
  application_id!: string;

  @ApiProperty({ type: String, example: 'CRM' })
  application_name!: string;
}

/** Those who would gain, or those who would lose. */
@ApiSchema({ name: 'AccessChangeSide' })
class AccessChangeSideResponse extends ChangeSideResponse implements ChangeSide<ChangedAccess> {
  @ApiProperty({
    type: [ChangedAccessResponse],
    description: 'The first 100, or the 100 after the cursor; by application, then by when the user was made.',
  })
  items!: ChangedAccessResponse[];
}

/** What a change would do to access, at this moment; nothing was written. */
@ApiSchema({ name: 'AccessChange' })
export class AccessChangeResponse extends DryRunResponse implements AccessChange {
  @ApiProperty({ type: AccessChangeSideResponse })
  gained!: AccessChangeSideResponse;

  @ApiProperty({ type: AccessChangeSideResponse })
  lost!: AccessChangeSideResponse;

  @ApiProperty({
    type: MemberChangeResponse,
    required: false,
    description: 'Only where the rule of a dynamic group is made or changed.',
  })
  members?: MemberChangeResponse;

  @ApiProperty({
    type: [FailedOperation],
    required: false,
    description: 'Only of a call that says of each operation what it came to: those that would fail.',
  })
  failed?: FailedOperation[];
}
