import { parseArgs } from 'node:util';
import type { TransferFormat, TransferKind } from '../modules/transfers/index.js';

/** The room's words once more, so that a wrong one is told without loading the application; the compiler misses none. */
const KINDS = wordsOf<TransferKind>({
  users: true,
  groups: true,
  memberships: true,
  nestings: true,
  applications: true,
  assignments: true,
});
const FORMATS = wordsOf<TransferFormat>({ csv: true, ndjson: true });

/** What `import` and `export` are told. */
export interface TransferArguments {
  readonly kind: TransferKind;
  /** A path, or `-` for standard input or output. */
  readonly file: string;
  readonly tenant: string;
  readonly format: TransferFormat;
  readonly atomic: boolean;
  readonly dryRun: boolean;
}

const TENANT_AND_FORMAT = { tenant: { type: 'string' }, format: { type: 'string' } } as const;
const OPTIONS = {
  import: { ...TENANT_AND_FORMAT, atomic: { type: 'string' }, 'dry-run': { type: 'boolean' } },
  export: TENANT_AND_FORMAT,
} as const;

/** Reads the arguments of either. Throws an Error that says what is wrong with them. */
export function readTransferArguments(command: keyof typeof OPTIONS, args: readonly string[]): TransferArguments {
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS[command], allowPositionals: true });
  const { tenant, format, atomic = 'true', 'dry-run': dryRun = false } = values as Values;
  const [kind, file, ...more] = positionals;
  if (more.length > 0) throw new Error(`Only a kind and a file are expected, not ${more.join(' ')} as well.`);
  if (command === 'import' && kind !== undefined && file === undefined)
    throw new Error('Name the file, or - for standard input.');
  if (tenant === undefined) throw new Error('Name the tenant: --tenant <slug or id>.');
  return {
    kind: oneOf('The kind', KINDS, kind),
    file: file ?? '-',
    tenant,
    format: oneOf('--format', FORMATS, format ?? formatOf(file)),
    atomic: oneOf('--atomic', ['true', 'false'], atomic) === 'true',
    dryRun,
  };
}

interface Values {
  readonly tenant?: string;
  readonly format?: string;
  readonly atomic?: string;
  readonly 'dry-run'?: boolean;
}

/** By the file's name. */
function formatOf(file: string | undefined): TransferFormat {
  return /\.(?:ndjson|jsonl)$/.test(file ?? '') ? 'ndjson' : 'csv';
}

function oneOf<Word extends string>(what: string, words: readonly Word[], given: string | undefined): Word {
  const word = words.find((each) => each === given);
  if (word === undefined) throw new Error(`${what} must be one of ${words.join(', ')}, not ${given ?? 'nothing'}.`);
  return word;
}

function wordsOf<Word extends string>(words: Readonly<Record<Word, true>>): Word[] {
  return Object.keys(words) as Word[];
}
