import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { TRANSFER_FORMATS, TRANSFER_KINDS, type TransferFormat, type TransferKind } from '../transfer-kinds.js';

/** Where an import is; `interrupted` where its upload was cut, or its instance is gone. */
const IMPORT_STATES = ['waiting', 'running', 'succeeded', 'failed', 'interrupted'] as const;
export type ImportState = (typeof IMPORT_STATES)[number];

const MOMENT = { type: String, format: 'date-time', example: '2026-11-22T09:30:00.000Z' } as const;
const COUNT = { type: 'integer', minimum: 0 } as const;

@ApiSchema({ name: 'Import' })
export class ImportResponse {
  @ApiProperty({ type: String, format: 'uuid', example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5daa' })
  id!: string;

  @ApiProperty({ type: String, enum: TRANSFER_KINDS, example: 'users' })
  kind!: TransferKind;

  @ApiProperty({ type: String, enum: TRANSFER_FORMATS, example: 'csv' })
  format!: TransferFormat;

  @ApiProperty({
    type: Boolean,
    example: true,
    description: 'Whether one bad line keeps all others from being written.',
  })
  atomic!: boolean;

  @ApiProperty({ type: Boolean, example: false, description: 'Whether everything is checked and nothing written.' })
  dry_run!: boolean;

  @ApiProperty({
    type: String,
    enum: IMPORT_STATES,
    example: 'succeeded',
    description: '`interrupted`: the upload was cut, or the instance that read it is gone; nothing was written.',
  })
  state!: ImportState;

  @ApiProperty({ ...COUNT, example: 2048, description: 'How much of the file has arrived.' })
  bytes_read!: number;

  @ApiProperty({ ...COUNT, example: 40, description: 'Header and empty lines do not count.' })
  lines_read!: number;

  @ApiProperty({ ...COUNT, example: 38, description: 'New rows; known when the import has succeeded.' })
  lines_written!: number;

  @ApiProperty({ ...COUNT, example: 2, description: 'Lines whose row was there already, or twice in the file.' })
  lines_unchanged!: number;

  @ApiProperty({ ...COUNT, example: 0, description: 'Lines that break a rule; the first 1,000 problems are listed.' })
  lines_bad!: number;

  @ApiProperty({ type: String, nullable: true, example: null, description: 'Why it failed, where it did.' })
  message!: string | null;

  @ApiProperty(MOMENT)
  created_at!: Date;

  @ApiProperty({ ...MOMENT, nullable: true })
  started_at!: Date | null;

  @ApiProperty({ ...MOMENT, nullable: true })
  finished_at!: Date | null;
}

/** One problem of one line. */
@ApiSchema({ name: 'ImportError' })
export class ImportErrorResponse {
  @ApiProperty({ type: 'integer', minimum: 1, example: 7, description: 'Number of the line in the file, from 1.' })
  line!: number;

  @ApiProperty({ type: String, nullable: true, example: 'email', description: 'null: the line as a whole.' })
  column!: string | null;

  @ApiProperty({ type: String, example: 'email', description: 'A stable name for the rule that it breaks.' })
  code!: string;

  @ApiProperty({ type: String, example: 'email must be an e-mail address such as ada@example.com, not "ada"' })
  message!: string;
}
