import { ApiProperty, ApiSchema } from '@nestjs/swagger';

/** `meta` of every answer. */
@ApiSchema({ name: 'MetaResponse' })
export class Meta {
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The same as the X-Request-Id header.',
    example: '019ab5f2-6c1e-7b3a-9a51-3f0c8d2e4b10',
  })
  request_id!: string | null;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-22T09:30:00.000Z' })
  timestamp!: string;
}

/** `pagination` of every page. */
@ApiSchema({ name: 'PaginationMeta' })
export class PaginationMeta {
  @ApiProperty({ type: 'integer', minimum: 1, example: 1 })
  page!: number;

  @ApiProperty({ type: 'integer', minimum: 1, maximum: 200, example: 50 })
  per_page!: number;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'Exact, at the moment of this page.', example: 1 })
  total_items!: number;

  @ApiProperty({ type: 'integer', minimum: 0, description: '0 when there is no item.', example: 1 })
  total_pages!: number;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Send it as `cursor` to get the next page; null on the last.',
    example: null,
  })
  next_cursor!: string | null;
}

/** One wrong value of a request. */
@ApiSchema({ name: 'ValidationError' })
export class ValidationIssue {
  @ApiProperty({
    type: 'array',
    items: { anyOf: [{ type: 'string' }, { type: 'integer' }] },
    description: 'Where it stands; starts with body, query, path or header.',
    example: ['body', 'application_id'],
  })
  loc!: (string | number)[];

  @ApiProperty({ type: String, example: 'application_id must be a UUID, not "crm"' })
  msg!: string;

  @ApiProperty({ type: String, description: 'The rule that was broken.', example: 'uuid' })
  type!: string;
}

/** 422: every wrong value. */
@ApiSchema({ name: 'HTTPValidationError' })
export class ValidationRefusal {
  @ApiProperty({ type: [ValidationIssue] })
  detail!: ValidationIssue[];

  @ApiProperty({ type: String, example: 'validation_failed' })
  code!: string;

  @ApiProperty({ type: String, example: '019ab5f2-6c1e-7b3a-9a51-3f0c8d2e4b10' })
  request_id!: string;
}

/** Every other refusal. */
@ApiSchema({ name: 'Error' })
export class PlainRefusal {
  @ApiProperty({ type: String, description: 'What was wrong, with which value, and what would be right.' })
  detail!: string;

  @ApiProperty({ type: String, description: 'Stable; made for programs.' })
  code!: string;

  @ApiProperty({ type: String, example: '019ab5f2-6c1e-7b3a-9a51-3f0c8d2e4b10' })
  request_id!: string;
}

/** A refusal of contract 2. */
@ApiSchema({ name: 'ApplicationRoleError' })
export class ApplicationRoleRefusal {
  @ApiProperty({ type: String, description: 'What was wrong, with which value, and what would be right.' })
  message!: string;

  @ApiProperty({ type: 'integer', description: 'The HTTP status.', example: 404 })
  error_code!: number;
}

/** A refusal of contract 3. */
@ApiSchema({ name: 'ScopedRoleError' })
export class ScopedRoleRefusal {
  @ApiProperty({
    type: [String],
    minItems: 2,
    maxItems: 2,
    description: 'The name of the error, and what was wrong, with which value, and what would be right.',
    example: ['ValueError', 'Give exactly one of user_id and team_id; both were given.'],
  })
  detail!: string[];
}

/** A 422 of contract 2: every wrong value. */
@ApiSchema({ name: 'ApplicationRoleValidationError' })
export class ApplicationRoleValidationRefusal {
  @ApiProperty({ type: [String], example: ['body.role_name: role_name is required: text of 1 to 200 characters'] })
  message!: string[];

  @ApiProperty({ type: 'integer', description: 'The HTTP status.', enum: [422], example: 422 })
  error_code!: number;
}

/** A refusal of contract 4. */
@ApiSchema({ name: 'EntitlementError' })
export class EntitlementRefusal {
  @ApiProperty({ type: String, description: 'Stable; made for programs.', example: 'DLE40402' })
  messageId!: string;

  @ApiProperty({ type: String, description: 'What was wrong, with which value, and what would be right.' })
  messageDescription!: string;
}
