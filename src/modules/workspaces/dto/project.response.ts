import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { Project } from '../projects/project.entity.js';

@ApiSchema({ name: 'Project' })
export class ProjectResponse {
  @ApiProperty({ type: String, format: 'uuid', example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5db2' })
  id!: string;

  @ApiProperty({ type: String, format: 'uuid', example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5db1' })
  workspace_id!: string;

  @ApiProperty({ type: String, example: 'Churn forecast' })
  name!: string;

  @ApiProperty({ type: String, nullable: true, example: 'Tells who is about to leave.' })
  description!: string | null;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-22T09:30:00.000Z' })
  created_at!: Date;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-22T09:30:00.000Z' })
  updated_at!: Date;
}

/** How callers, and the audit trail, see a project. */
export function projectResponse(project: Project): ProjectResponse {
  return {
    id: project.id,
    workspace_id: project.workspaceId,
    name: project.name,
    description: project.description,
    created_at: project.createdAt,
    updated_at: project.updatedAt,
  };
}
