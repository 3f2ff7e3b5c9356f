import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { AuditEvent, PlatformAuditEvent } from '../audit-event.entity.js';

const ID = { type: String, format: 'uuid', example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d88' } as const;

@ApiSchema({ name: 'AuditEvent' })
export class AuditEventResponse {
  @ApiProperty(ID)
  id!: string;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-22T09:30:00.000Z' })
  occurred_at!: Date;

  @ApiProperty({ type: String, enum: ['client', 'user', 'system'], example: 'client' })
  actor_type!: string;

  @ApiProperty({ type: String, description: 'The subject of the token.', example: 'demo-client' })
  actor_id!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The outside issuer that says who it is; null for API clients of our own.',
    example: null,
  })
  actor_issuer!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'The client of the token.', example: 'demo-client' })
  client_id!: string | null;

  @ApiProperty({ type: String, example: '019ab5f2-6c1e-7b3a-9a51-3f0c8d2e4b10' })
  request_id!: string;

  @ApiProperty({ type: String, example: 'assignment.created' })
  action!: string;

  @ApiProperty({ type: String, example: 'assignment' })
  resource_type!: string;

  @ApiProperty({ ...ID, example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d77' })
  resource_id!: string;

  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, example: null })
  before!: object | null;

  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, example: { name: 'CRM' } })
  after!: object | null;
}

/** How callers see an event. */
export function auditEventResponse(event: AuditEvent | PlatformAuditEvent): AuditEventResponse {
  return {
    id: event.id,
    occurred_at: event.occurredAt,
    actor_type: event.actorType,
    actor_id: event.actorId,
    actor_issuer: event.actorIssuer,
    client_id: event.clientId,
    request_id: event.requestId,
    action: event.action,
    resource_type: event.resourceType,
    resource_id: event.resourceId,
    before: event.before,
    after: event.after,
  };
}
