import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { ENTITLEMENT_TYPES, type EntitlementType } from '../../roles/index.js';
import { EntitlementPage } from './entitlement-page.response.js';

const NAMED = { type: String, nullable: true } as const;
const MOMENT = { type: String, format: 'date-time', example: '2026-11-22T09:30:00.000Z' } as const;

@ApiSchema({ name: 'EntitlementRight' })
export class EntitlementRight {
  @ApiProperty({ type: String, example: 'region' })
  name!: string;

  @ApiProperty({ ...NAMED, example: 'Region' })
  label!: string | null;

  @ApiProperty({ type: Boolean, example: true })
  mandatory!: boolean;

  @ApiProperty({ type: Boolean, example: false })
  multivalued!: boolean;

  @ApiProperty({ type: [String], description: 'The values that are allowed; empty: any.', example: ['emea', 'apac'] })
  values!: string[];
}

/** A role or a permission of an application. */
@ApiSchema({ name: 'Entitlement' })
export class EntitlementResponse {
  @ApiProperty({
    type: String,
    description: 'The id of the role that it is.',
    example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5dbb',
  })
  code!: string;

  @ApiProperty({ type: String, example: 'Editor' })
  name!: string;

  @ApiProperty({ ...NAMED, example: 'Writes and publishes.' })
  description!: string | null;

  @ApiProperty({ type: String, enum: ENTITLEMENT_TYPES, example: 'role' })
  type!: EntitlementType;

  @ApiProperty({ type: String, description: 'Deprecated.', enum: ['regular'], example: 'regular' })
  subType!: 'regular';

  @ApiProperty({
    type: String,
    description: 'Code of the application.',
    example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d44',
  })
  application!: string;

  @ApiProperty({ ...NAMED, example: 'Publishing' })
  category!: string | null;

  @ApiProperty({ ...NAMED, example: 'grp-editors' })
  extRef!: string | null;

  @ApiProperty({ type: [EntitlementRight], description: 'In the order given.' })
  rights!: EntitlementRight[];

  @ApiProperty(MOMENT)
  creationDate!: Date;

  @ApiProperty(MOMENT)
  lastModTime!: Date;
}

@ApiSchema({ name: 'EntitlementPage' })
export class EntitlementsPage extends EntitlementPage {
  @ApiProperty({ type: [EntitlementResponse], description: 'In the order in which they were made.' })
  resources!: EntitlementResponse[];
}
