import { Choice, DnsLabel, Name } from '../../../http/fields/fields.js';
import { PageQuery } from '../../../http/fields/query-fields.js';
import { TENANT_STATUSES, type TenantStatus } from '../../../kernel/tenant-status.js';

const NAME = { description: 'What people call it.', example: 'Acme Corporation' };
const STATUS = { description: 'Tokens of a suspended tenant are refused.', example: 'active', of: TENANT_STATUSES };

export class TenantCreate {
  @DnsLabel({ description: 'Unique short name, a DNS label.', example: 'acme' })
  slug!: string;

  @Name(NAME)
  name!: string;
}

export class TenantUpdate {
  @Name({ ...NAME, optional: true })
  name?: string;

  @Choice({ ...STATUS, optional: true })
  status?: TenantStatus;
}

export class TenantListQuery extends PageQuery {}
