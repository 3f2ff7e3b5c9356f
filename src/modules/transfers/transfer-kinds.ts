import type { AccessScope } from '../../kernel/access-scopes.js';
import { forbidden } from '../../kernel/domain-error.js';
import type { Principal } from '../../kernel/principal.js';

/** What files hold: one kind of row a file. */
export const TRANSFER_KINDS = ['users', 'groups', 'memberships', 'nestings', 'applications', 'assignments'] as const;
export type TransferKind = (typeof TRANSFER_KINDS)[number];

/** How files are written: RFC 4180 with a header line, or one JSON object a line. */
export const TRANSFER_FORMATS = ['csv', 'ndjson'] as const;
export type TransferFormat = (typeof TRANSFER_FORMATS)[number];

/** The content type of each format. */
export const CONTENT_TYPES: Readonly<Record<TransferFormat, string>> = {
  csv: 'text/csv',
  ndjson: 'application/x-ndjson',
};

const SUBJECTS = {
  users: 'directory',
  groups: 'directory',
  memberships: 'directory',
  nestings: 'directory',
  applications: 'applications',
  assignments: 'assignments',
} as const satisfies Record<TransferKind, string>;

/** The scopes of which a caller needs one to read, or to write, any kind at all. */
export const ANY_KIND = {
  read: ['directory:read', 'applications:read', 'assignments:read'],
  write: ['directory:write', 'applications:write', 'assignments:write'],
} as const satisfies Record<string, readonly AccessScope[]>;

/** Errors: 403 naming the scope that the kind asks for. */
export function requireKind(principal: Principal, kind: TransferKind, access: 'read' | 'write'): void {
  const scope = `${SUBJECTS[kind]}:${access}` as const;
  if (!principal.allowed.has(scope)) throw forbidden('insufficient_scope', `The token needs the scope ${scope}.`);
}

/** The kinds that a caller may read. */
export function readableKinds(principal: Principal): TransferKind[] {
  return TRANSFER_KINDS.filter((kind) => principal.allowed.has(`${SUBJECTS[kind]}:read`));
}
