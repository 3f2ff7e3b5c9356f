import { Choice } from '../../../http/fields/fields.js';
import { Flag } from '../../../http/fields/flag.js';
import { FlagParameter } from '../../../http/fields/query-fields.js';
import { TRANSFER_FORMATS, TRANSFER_KINDS, type TransferFormat, type TransferKind } from '../transfer-kinds.js';

const DRY_RUN = {
  description: 'Check and count everything, and write nothing.',
  sample: true,
  fallback: false,
};

export class ImportCreate {
  @Choice({ description: 'What the lines of the file are.', example: 'users', of: TRANSFER_KINDS })
  kind!: TransferKind;

  @Choice({
    description: 'How the file is written: `csv` with a header line (RFC 4180), or `ndjson`, a JSON object a line.',
    example: 'csv',
    optional: true,
    of: TRANSFER_FORMATS,
  })
  format?: TransferFormat;

  @Flag({
    description: 'Whether one bad line keeps all others from being written. Default: true.',
    example: true,
    optional: true,
  })
  atomic?: boolean;
}

export class ImportQuery {
  @FlagParameter(DRY_RUN)
  dry_run?: boolean;
}

export class ContentQuery {
  @FlagParameter({
    ...DRY_RUN,
    description: 'The same as when the import was created: check and count, write nothing.',
  })
  dry_run?: boolean;
}

export class ExportQuery {
  @Choice({
    description: 'How the file is written; `csv` where left out.',
    sample: 'ndjson',
    optional: true,
    of: TRANSFER_FORMATS,
  })
  format?: TransferFormat;
}
