import type {
  Change,
  ChangeSide,
  ChangedMember,
  MemberChange,
  PreviewRequest,
  PreviewScopes,
} from '../../../kernel/access-preview.js';
import { DomainError } from '../../../kernel/domain-error.js';
import type { DatabaseDoors } from '../../../persistence/database-doors.js';
import type { Transaction } from '../../../persistence/transaction.js';
import type { Side } from './difference.js';
import type { Pair } from './difference.js';

/** Pairs of one answer. */
const PAGE = 100;
/** Most memory for what is remembered from one state, in bytes: some 500 applications of a million users. */
export const MOST_REMEMBERED = 64 * 1024 * 1024;

/** The two sides of a change, and of the members of a dynamic group where that is told. */
interface Compared {
  readonly gained: Side;
  readonly lost: Side;
  readonly members?: { readonly joined: Side; readonly left: Side } | undefined;
}

/** What changes, and how it is shown. */
interface View<Item> {
  /** What its cursors are of. */
  readonly list: string;
  /** Makes the change, compares, and takes it back. */
  readonly compared: (transaction: Transaction) => Promise<Compared>;
  /** Some of the pairs with their names, read in the tenant after the change is taken back. */
  readonly named: (pairs: readonly Pair[]) => Promise<Item[]>;
  readonly namedMembers?: (pairs: readonly Pair[]) => Promise<ChangedMember[]>;
}

/** Compares inside a transaction that is taken back, and answers one page of each side. Errors: 400 `invalid_cursor`. */
export async function rehearsed<Item>(
  doors: DatabaseDoors,
  scopes: PreviewScopes,
  { change: bound, cursor }: PreviewRequest,
  view: View<Item>,
): Promise<Change<Item> & { members?: MemberChange }> {
  const { scope, tenant } = scopes;
  const list = { list: view.list, filters: bound };
  const [side, key, ordinal] = cursor === undefined ? [] : doors.paginator.opened(tenant, list, cursor).map(String);
  const last = key === undefined ? null : { key, ordinal: Number(ordinal) };
  return doors.unitOfWork.rehearse(scope, async (transaction) => {
    const { gained, lost, members } = await view.compared(transaction);
    const page = async <Shown>(
      name: string,
      from: Side,
      named: (pairs: readonly Pair[]) => Promise<Shown[]>,
    ): Promise<ChangeSide<Shown>> => {
      const pairs = side === undefined || side === name ? from.after(last, PAGE + 1) : [];
      const next = pairs.length > PAGE ? pairs[PAGE - 1] : undefined;
      const items = pairs.length === 0 ? [] : await named(pairs.slice(0, PAGE));
      const sealed = next ? doors.paginator.sealed(tenant, list, [name, next.key, next.ordinal]) : null;
      return { count: from.count, items, next_cursor: sealed };
    };
    return inTenant(doors, scopes, async () => ({
      gained: await page('gained', gained, view.named),
      lost: await page('lost', lost, view.named),
      ...(members && view.namedMembers
        ? {
            members: {
              joined: await page('joined', members.joined, view.namedMembers),
              left: await page('left', members.left, view.namedMembers),
            },
          }
        : {}),
    }));
  });
}

/** Works in the tenant's scope, inside the transaction that is open. */
export async function inTenant<T>(
  doors: DatabaseDoors,
  { scope, tenant }: PreviewScopes,
  work: () => Promise<T>,
): Promise<T> {
  return scope === tenant ? work() : doors.unitOfWork.runInside(scope, tenant, work);
}

/** `reached`: what is too much, such as `700 applications`. */
export function tooLarge(reached: string): DomainError {
  return new DomainError(
    'conflict',
    'dry_run_too_large',
    `The change reaches ${reached} with too many users to compare at once; try it on a smaller part.`,
  );
}
