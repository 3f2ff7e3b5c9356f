import { ApiProperty } from '@nestjs/swagger';

/** What every answer to "can this user use this application now?" begins with. */
export abstract class AccessAnswerResponse {
  @ApiProperty({ type: String, format: 'uuid', example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d33' })
  user_id!: string;

  @ApiProperty({ type: String, format: 'uuid', example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d44' })
  application_id!: string;

  @ApiProperty({ type: Boolean, example: true })
  allowed!: boolean;
}
