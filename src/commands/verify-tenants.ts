import { tenantsToVerify, verifyTenant, type Difference, type Verification } from '../modules/access/index.js';
import { withUnitOfWork } from '../persistence/maintenance.js';
import { withDatabase, type CommandContext } from './command.js';

/** Most differences that are printed one by one. */
const MOST_PRINTED = 100;

/** Compares every tenant; answers a line for each of them and for each difference. */
export async function verifyTenants(context: CommandContext): Promise<string[]> {
  return withDatabase(context, (connection) =>
    withUnitOfWork(connection, context.config, async (unitOfWork) => {
      const lines: string[] = [];
      let [total, printed] = [0, 0];
      for (const { id, slug } of await tenantsToVerify(unitOfWork)) {
        // One of them even where none is printed any more: its kind of row carries the count.
        const verification = await verifyTenant(unitOfWork, id, Math.max(1, MOST_PRINTED - printed));
        const shown = verification.found.slice(0, MOST_PRINTED - printed);
        lines.push(tenantLine(id, slug, verification), ...shown.map((each) => differenceLine(id, each)));
        total += verification.total;
        printed += shown.length;
      }
      if (total > printed) lines.push(`${total - printed} more differences are not printed`);
      lines.push(total === 0 ? 'no difference' : `differences: ${total}`);
      // Found, not failed: the lines go to the standard output all the same.
      if (total > 0) process.exitCode = 1;
      return lines;
    }),
  );
}

function tenantLine(id: string, slug: string, { counts, total }: Verification): string {
  const { users, memberships, nestings, assignments } = counts;
  const size = `${users} users, ${memberships} memberships, ${nestings} nestings, ${assignments} assignments`;
  return `tenant ${id} (${slug}): ${size}; differences: ${total}`;
}

function differenceLine(tenantId: string, { kind, owner, subject, detail }: Difference): string {
  const whom = kind.startsWith('closure') ? 'group' : 'user';
  const about = [`tenant ${tenantId}`, `owner ${owner}`, subject === null ? '' : `${whom} ${subject}`, detail];
  return `  ${kind}: ${about.filter((part) => part !== '').join(', ')}`;
}
