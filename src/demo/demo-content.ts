/** A small company: 40 people, groups inside of groups, a dozen applications, and every way of getting access. */

const GIVEN = ['Ada', 'Grace', 'Alan', 'Edsger', 'Barbara', 'Donald', 'Margaret', 'Ken', 'Radia', 'Linus'];
const FAMILY = ['Lovelace', 'Hopper', 'Turing', 'Dijkstra'];

interface DemoPerson {
  readonly userName: string;
  readonly displayName: string;
  readonly department: string;
  readonly isSuspended: boolean;
}

/** The groups with what is directly inside of them; the people of a department are in the group of its name. */
export const DEMO_GROUPS: Readonly<
  Record<string, { readonly description: string; readonly inside: readonly string[] }>
> = {
  'All staff': { description: 'Everybody.', inside: ['Product', 'Business'] },
  Product: { description: 'Makes the product.', inside: ['Engineering', 'Design'] },
  Engineering: { description: 'Builds and runs it.', inside: ['Platform team', 'Mobile team'] },
  'Platform team': { description: 'Servers and data.', inside: [] },
  'Mobile team': { description: 'Apps.', inside: [] },
  Design: { description: 'How it looks and works.', inside: [] },
  Business: { description: 'Brings it to people.', inside: ['Sales', 'Finance'] },
  Sales: { description: 'Customers and deals.', inside: [] },
  Finance: { description: 'Money.', inside: [] },
  'On call': { description: 'Woken up at night.', inside: [] },
};

const DEPARTMENTS = ['Platform team', 'Mobile team', 'Design', 'Sales', 'Finance'];

/** 40 people, eight a department; one of them is suspended. */
export const DEMO_PEOPLE: readonly DemoPerson[] = FAMILY.flatMap((family, row) =>
  GIVEN.map((given, column) => {
    const place = row * GIVEN.length + column;
    return {
      userName: `${given}.${family}`.toLowerCase(),
      displayName: `${given} ${family}`,
      department: DEPARTMENTS[place % DEPARTMENTS.length] ?? 'Sales',
      isSuspended: place === 39,
    };
  }),
);

interface DemoApplication {
  readonly name: string;
  readonly clientId: string;
  readonly type: 'web' | 'spa' | 'native' | 'service';
  readonly description: string;
  /** Groups and people that it is assigned to. */
  readonly groups: readonly string[];
  readonly people: readonly string[];
  readonly isDisabled?: boolean;
}

/** Access directly, through a group, and through groups inside of groups. */
export const DEMO_APPLICATIONS: readonly DemoApplication[] = [
  app('Mail', 'mail', 'web', 'Letters.', ['All staff']),
  app('Calendar', 'calendar', 'web', 'Who meets whom when.', ['All staff']),
  app('Source control', 'source-control', 'web', 'The code.', ['Engineering'], ['grace.hopper']),
  app('Build farm', 'build-farm', 'service', 'Turns code into releases.', ['Platform team']),
  app('Error tracker', 'error-tracker', 'spa', 'What went wrong.', ['Engineering', 'On call']),
  app('Pager', 'pager', 'native', 'Wakes people up.', ['On call']),
  app('Design studio', 'design-studio', 'native', 'Drawings.', ['Design'], ['ada.lovelace']),
  app('CRM', 'crm', 'web', 'Customers and deals.', ['Sales'], ['alan.turing']),
  app('Billing', 'billing', 'web', 'Invoices.', ['Finance', 'Sales']),
  app('Payroll', 'payroll', 'web', 'Salaries.', ['Finance']),
  app('Admin console', 'admin-console', 'spa', 'Keys to everything.', [], ['ada.lovelace', 'ken.turing']),
  { ...app('Old wiki', 'old-wiki', 'web', 'Read only, then gone.', ['All staff']), isDisabled: true },
];

/** Two people are on call, whatever their department. */
export const DEMO_ON_CALL = ['radia.hopper', 'linus.turing'];

function app(
  name: string,
  clientId: string,
  type: DemoApplication['type'],
  description: string,
  groups: readonly string[],
  people: readonly string[] = [],
): DemoApplication {
  return { name, clientId, type, description, groups, people };
}
