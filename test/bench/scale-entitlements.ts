import type { TimedRequest } from './requests.js';
import type { ScaleData } from './scale-data.js';
import { again, ofReaders, type Measure } from './scale-sampling.js';

const SEARCH = '/v1.0/entitlements/assignments/search';
const LIMIT = 50;
const COUNT = 100;
/** For what may take long. */
const FEW = 20;

function search(query: string, body: object): TimedRequest {
  return { method: 'POST', path: `${SEARCH}?limit=${LIMIT}${query}`, body };
}

/** One page: the first, or the one that lies `part` of the way through all. */
function pageOf(bodyOf: (data: ScaleData) => object, query: string, part: number, count = COUNT): Measure['run'] {
  return async (caller, data) => {
    const body = bodyOf(data);
    const { body: first } = await caller.send(search(query, body));
    const pages = Math.ceil((first as { count: number }).count / LIMIT);
    return [await again(caller, search(`${query}&page=${Math.max(1, Math.ceil(pages * part))}`, body), count)];
  };
}

const ofWriter = ({ writerRole }: ScaleData): object => ({ code: writerRole });
const ofReader = ({ readerRole }: ScaleData): object => ({ code: readerRole });

/** The search of contract 4, as published and with `effective=true`. */
export const ENTITLEMENT_MEASURES: readonly Measure[] = [
  { names: ['Entitlement assignments of a user'], run: ofReaders((user) => search(`&user=${user}`, {})) },
  {
    names: ['Entitlement assignments of a group'],
    run: async (caller, { largestGroup }) => [await again(caller, search(`&group=${largestGroup}`, {}), COUNT)],
  },
  { names: ['Assignments of an entitlement, page 1'], run: pageOf(ofWriter, '', 0) },
  { names: ['Assignments of an entitlement, deep page'], run: pageOf(ofWriter, '', 0.9, FEW) },
  {
    names: ['All who hold an entitlement, page 1'],
    target: { below: 50 },
    run: pageOf(ofReader, '&effective=true', 0),
  },
  { names: ['All who hold an entitlement, last page'], run: pageOf(ofReader, '&effective=true', 1) },
  {
    names: ['All entitlements that a user holds'],
    run: ofReaders((user) => search(`&user=${user}&effective=true`, {})),
  },
];
