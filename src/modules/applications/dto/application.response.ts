import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import {
  APPLICATION_STATUSES,
  APPLICATION_TYPES,
  type Application,
  type ApplicationStatus,
  type ApplicationType,
} from '../application.entity.js';

@ApiSchema({ name: 'Application' })
export class ApplicationResponse {
  @ApiProperty({ type: String, format: 'uuid', example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d44' })
  id!: string;

  @ApiProperty({ type: String, example: 'CRM' })
  name!: string;

  @ApiProperty({ type: String, example: 'crm-web' })
  client_id!: string;

  @ApiProperty({ type: String, nullable: true, example: 'Customers and deals.' })
  description!: string | null;

  @ApiProperty({ type: String, enum: APPLICATION_TYPES, example: 'web' })
  type!: ApplicationType;

  @ApiProperty({ type: String, enum: APPLICATION_STATUSES, example: 'active' })
  status!: ApplicationStatus;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-22T09:30:00.000Z' })
  created_at!: Date;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-22T09:30:00.000Z' })
  updated_at!: Date;
}

/** How callers, and the audit trail, see an application. */
export function applicationResponse(application: Application): ApplicationResponse {
  return {
    id: application.id,
    name: application.name,
    client_id: application.clientId,
    description: application.description,
    type: application.type,
    status: application.status,
    created_at: application.createdAt,
    updated_at: application.updatedAt,
  };
}
