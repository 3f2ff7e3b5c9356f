import { ApiProperty, ApiSchema } from '@nestjs/swagger';

/** What came of one item. */
@ApiSchema({ name: 'EntitlementGrantOutcome' })
export class EntitlementGrantOutcome {
  @ApiProperty({ type: Boolean, example: true })
  success!: boolean;

  @ApiProperty({
    type: String,
    description: 'Code of the user or group, as it was sent.',
    example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d33',
  })
  code!: string;

  @ApiProperty({ type: String, enum: ['grant', 'revoke'], example: 'grant' })
  operation!: 'grant' | 'revoke';

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Code of the assignment that is there now; null where there is none.',
    example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5dcc',
  })
  assignment!: string | null;

  @ApiProperty({ type: String, description: 'Stable; made for programs.', example: 'DLE20001' })
  messageId!: string;

  @ApiProperty({ type: String, example: 'The entitlement was granted.' })
  messageDescription!: string;
}
