import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { Change, ChangeSide } from '../../kernel/access-preview.js';
import type { ChangedPermission } from '../../kernel/permission-preview.js';
import { ChangeSideResponse, ChangedUserResponse, DryRunResponse } from './change-side.response.js';

/** One user and one permission that the user would gain or lose in one scope. */
@ApiSchema({ name: 'ChangedPermission' })
class ChangedPermissionResponse extends ChangedUserResponse implements ChangedPermission {
  @ApiProperty({ type: String, description: '`*` where a role gives everything.', example: 'documents:write' })
  permission!: string;

  @ApiProperty({ type: String, enum: ['application', 'organization', 'workspace', 'project'], example: 'application' })
  level!: ChangedPermission['level'];

  @ApiProperty({
    type: String,
    format: 'uuid',
    description: 'The application, workspace or project, else the tenant.',
    example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d44',
  })
  scope_id!: string;

  @ApiProperty({ type: String, example: 'CRM' })
  scope_name!: string;
}

/** Those who would gain, or those who would lose. */
@ApiSchema({ name: 'PermissionChangeSide' })
class PermissionChangeSideResponse extends ChangeSideResponse implements ChangeSide<ChangedPermission> {
  @ApiProperty({
    type: [ChangedPermissionResponse],
    description:
      'The first 100, or the 100 after the cursor; by scope, then by permission, then by when the user was made.',
  })
  items!: ChangedPermissionResponse[];
}

/** What a change would do to the permissions of active users, at this moment; nothing was written. */
@ApiSchema({ name: 'PermissionChange' })
export class PermissionChangeResponse extends DryRunResponse implements Change<ChangedPermission> {
  @ApiProperty({ type: PermissionChangeSideResponse })
  gained!: PermissionChangeSideResponse;

  @ApiProperty({ type: PermissionChangeSideResponse })
  lost!: PermissionChangeSideResponse;
}
