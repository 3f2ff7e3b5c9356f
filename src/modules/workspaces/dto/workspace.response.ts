import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { Workspace } from '../workspace.entity.js';

@ApiSchema({ name: 'Workspace' })
export class WorkspaceResponse {
  @ApiProperty({ type: String, format: 'uuid', example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5db1' })
  id!: string;

  @ApiProperty({ type: String, example: 'Research' })
  name!: string;

  @ApiProperty({ type: String, nullable: true, example: 'Experiments and prototypes.' })
  description!: string | null;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-22T09:30:00.000Z' })
  created_at!: Date;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-22T09:30:00.000Z' })
  updated_at!: Date;
}

/** How callers, and the audit trail, see a workspace. */
export function workspaceResponse(workspace: Workspace): WorkspaceResponse {
  return {
    id: workspace.id,
    name: workspace.name,
    description: workspace.description,
    created_at: workspace.createdAt,
    updated_at: workspace.updatedAt,
  };
}
