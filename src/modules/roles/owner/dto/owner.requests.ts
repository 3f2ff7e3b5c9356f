import { Id } from '../../../../http/fields/fields.js';

export class OwnerPut {
  @Id({ description: 'The user who is to own the organization.', example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d33' })
  user_id!: string;
}
