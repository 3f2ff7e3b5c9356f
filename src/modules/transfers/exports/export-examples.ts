import { CONTENT_TYPES, type TransferKind } from '../transfer-kinds.js';

const USER = '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d33';
const APPLICATION = '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d44';
const GROUP = '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d55';
const CHILD = '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d66';
const ASSIGNMENT = '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d77';
const MOMENT = '2026-11-22T09:30:00.000000Z';

/** One row of each kind. */
const ROWS: Readonly<Record<TransferKind, Readonly<Record<string, string | null>>>> = {
  users: {
    ...{ id: USER, user_name: 'ada', email: 'ada@example.com', display_name: 'Ada Lovelace', given_name: 'Ada' },
    ...{ family_name: 'Lovelace', external_id: 'hr-1815', status: 'active', attributes: '{}' },
  },
  groups: {
    ...{ id: GROUP, name: 'Engineering', description: 'Builds the product.', external_id: 'ou-42' },
    ...{ kind: 'static', rule: null },
  },
  memberships: { group_id: GROUP, user_id: USER, valid_from: null, valid_until: null, added_at: MOMENT },
  nestings: { parent_id: GROUP, child_id: CHILD, added_at: MOMENT },
  applications: {
    ...{ id: APPLICATION, name: 'CRM', client_id: 'crm-web', description: 'Customers and deals.' },
    ...{ type: 'web', status: 'active' },
  },
  assignments: {
    ...{ id: ASSIGNMENT, application_id: APPLICATION, user_id: USER, group_id: null, valid_from: null },
    ...{ valid_until: null, assigned_at: MOMENT, assigned_by: 'demo-client' },
  },
};

/** The first lines of each export, by content type. */
export const EXPORT_EXAMPLES = Object.fromEntries(
  Object.entries(ROWS).map(([kind, row]) => {
    const csv = `${Object.keys(row).join(',')}\n${Object.values(row).join(',')}\n`;
    return [kind, { [CONTENT_TYPES.csv]: csv, [CONTENT_TYPES.ndjson]: `${JSON.stringify(row)}\n` }];
  }),
) as Readonly<Record<TransferKind, Readonly<Record<string, string>>>>;
