import { FlagParameter, TextParameter } from '../fields/query-fields.js';

/** What every change of access takes beside what it needs. */
export class DryRunQuery {
  @FlagParameter({
    description:
      'Write nothing, and answer (200) who would gain and who would lose which application. Needs `assignments:read` too. What is impossible is refused as without it.',
    example: false,
    fallback: false,
  })
  dry_run?: boolean;

  @TextParameter({
    description: 'A `next_cursor` of the dry run before, sent with the same request.',
    sample: 'RzykoP8Q8dxTRB6e78kaRlsyLDUs',
    max: 1000,
  })
  cursor?: string;
}
