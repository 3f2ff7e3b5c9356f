import { ApiProperty } from '@nestjs/swagger';

/** What each side of a change says beside its items. */
export abstract class ChangeSideResponse {
  @ApiProperty({ type: 'integer', minimum: 0, description: 'Exact.', example: 1 })
  count!: number;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Send it as `cursor` with the same request to get the next ones; null where there are none.',
    example: null,
  })
  next_cursor!: string | null;
}

/** What every dry run says of itself. */
export abstract class DryRunResponse {
  @ApiProperty({ type: Boolean, description: 'Nothing was written.', enum: [true], example: true })
  dry_run!: true;
}

/** The user of every row. */
export abstract class ChangedUserResponse {
  @ApiProperty({ type: String, format: 'uuid', example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d33' })
  user_id!: string;

  @ApiProperty({ type: String, example: 'ada' })
  user_name!: string;
}
