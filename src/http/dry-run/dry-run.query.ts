import { FlagParameter, TextParameter } from '../fields/query-fields.js';

/** A cursor of permissions holds one of up to 200 characters. */
const LONGEST_CURSOR = 4000;

/** What every request has that can be run dry. */
export interface DryRunParameters {
  dry_run?: boolean;
  cursor?: string;
}

/** What every change of access takes beside what it needs. */
export class DryRunQuery implements DryRunParameters {
  @FlagParameter({
    description:
      'Write nothing, and answer (200) who would gain and who would lose which application. Needs `assignments:read` too. What is impossible is refused as without it.',
    example: false,
    fallback: false,
  })
  dry_run?: boolean;

  @DryRunCursor()
  cursor?: string;
}

/** What every change of roles takes beside what it needs. */
export class RoleDryRunQuery implements DryRunParameters {
  @RoleDryRun()
  dry_run?: boolean;

  @DryRunCursor()
  cursor?: string;
}

/** The flag in the query of a change of roles. */
export function RoleDryRun(): PropertyDecorator {
  return FlagParameter({
    description:
      'Write nothing, and answer (200) who would gain and who would lose which permission, and where. Needs `roles:read` too. What is impossible is refused as without it. What the built-in Admins of the organization and of workspaces may do beyond their own scope is not counted.',
    example: false,
    fallback: false,
  });
}

/** Where the answer of a dry run goes on. */
export function DryRunCursor(): PropertyDecorator {
  return TextParameter({
    description: 'A `next_cursor` of the dry run before, sent with the same request.',
    sample: 'RzykoP8Q8dxTRB6e78kaRlsyLDUs',
    max: LONGEST_CURSOR,
  });
}
