import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { Change, ChangeSide } from '../../kernel/access-preview.js';
import type { ChangedPermission } from '../../kernel/permission-preview.js';

/** One user and one permission that the user would gain or lose in one scope. */
@ApiSchema({ name: 'ChangedPermission' })
class ChangedPermissionResponse implements ChangedPermission {
  @ApiProperty({ type: String, format: 'uuid', example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d33' })
  user_id!: string;

  @ApiProperty({ type: String, example: 'ada' })
  user_name!: string;

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
class PermissionChangeSideResponse implements ChangeSide<ChangedPermission> {
  @ApiProperty({ type: 'integer', minimum: 0, description: 'Exact.', example: 1 })
  count!: number;

  @ApiProperty({
    type: [ChangedPermissionResponse],
    description:
      'The first 100, or the 100 after the cursor; by scope, then by permission, then by when the user was made.',
  })
  items!: ChangedPermissionResponse[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Send it as `cursor` with the same request to get the next ones; null where there are none.',
    example: null,
  })
  next_cursor!: string | null;
}

/** What a change would do to the permissions of active users, at this moment; nothing was written. */
@ApiSchema({ name: 'PermissionChange' })
export class PermissionChangeResponse implements Change<ChangedPermission> {
  @ApiProperty({ type: Boolean, description: 'Nothing was written.', enum: [true], example: true })
  dry_run!: true;

  @ApiProperty({ type: PermissionChangeSideResponse })
  gained!: PermissionChangeSideResponse;

  @ApiProperty({ type: PermissionChangeSideResponse })
  lost!: PermissionChangeSideResponse;
}
