import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { ApiClient } from '../api-client.entity.js';

const MOMENT = { type: String, format: 'date-time', example: '2026-11-22T09:30:00.000Z' } as const;

@ApiSchema({ name: 'ApiClient' })
export class ApiClientResponse {
  @ApiProperty({ type: String, format: 'uuid', example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d99' })
  id!: string;

  @ApiProperty({
    type: String,
    description: 'What it calls itself at the token endpoint.',
    example: 'AZq18mxufAAAgAAAAAAAAXyL9Z0c',
  })
  client_id!: string;

  @ApiProperty({ type: String, example: 'HR import' })
  name!: string;

  @ApiProperty({ type: [String], example: ['directory:read', 'assignments:write'] })
  scopes!: string[];

  @ApiProperty({ type: String, enum: ['active', 'revoked'], example: 'active' })
  status!: string;

  @ApiProperty(MOMENT)
  created_at!: Date;

  @ApiProperty(MOMENT)
  updated_at!: Date;
}

/** A client with its secret, which is shown this once. */
@ApiSchema({ name: 'ApiClientWithSecret' })
export class ApiClientWithSecretResponse extends ApiClientResponse {
  @ApiProperty({
    type: String,
    description: 'Shown this once; kept as a digest only.',
    example: 'f3Jk0Z4nQ2u8-pT1xWcVbR7yLs6dHgEa9mKoNiUqXvM',
  })
  client_secret!: string;
}

/** How callers see a client. */
export function apiClientResponse(client: ApiClient): ApiClientResponse {
  return {
    id: client.id,
    client_id: client.clientId,
    name: client.name,
    scopes: client.scopes,
    status: client.status,
    created_at: client.createdAt,
    updated_at: client.updatedAt,
  };
}
