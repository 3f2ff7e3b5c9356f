import { ApiProperty, ApiSchema } from '@nestjs/swagger';

/** The owner of an organization. */
@ApiSchema({ name: 'OrganizationOwner' })
export class OwnerResponse {
  @ApiProperty({ type: String, format: 'uuid', example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d33' })
  user_id!: string;

  @ApiProperty({ type: String, example: 'ada' })
  user_name!: string;

  @ApiProperty({ type: String, nullable: true, example: 'Ada Lovelace' })
  display_name!: string | null;
}
