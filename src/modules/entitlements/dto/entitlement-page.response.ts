import { ApiProperty } from '@nestjs/swagger';

/** How many there are, and where the page is. */
export class EntitlementPage {
  @ApiProperty({ type: 'integer', minimum: 0, description: 'All matches, not those of this page.', example: 1 })
  count!: number;

  @ApiProperty({ type: 'integer', minimum: 1, example: 1 })
  page!: number;

  @ApiProperty({ type: 'integer', minimum: 1, maximum: 500, example: 500 })
  limit!: number;
}
