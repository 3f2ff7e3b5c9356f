// The compiler's part in a house of rooms: who may import whom. DESIGN.md section 3 says why.

/** Each layer, and the layers below it that it may import. */
const LAYERS = {
  kernel: [],
  config: ['kernel'],
  telemetry: ['kernel', 'config'],
  persistence: ['kernel', 'config'],
  http: ['kernel', 'config'],
  security: ['kernel', 'config', 'http'],
  modules: ['kernel', 'config', 'persistence', 'http', 'security'],
};

/** The rooms in src/modules: one imports only those before it. A new room takes its place here first. */
const ROOMS = [
  'tenants',
  'audit',
  'users',
  'groups',
  'applications',
  'assignments',
  'transfers',
  'access',
  'workspaces',
  'roles',
  'entitlements',
  'api-clients',
  'oauth',
  'health',
];

/** Above all layers, beside src/*.ts: what starts the application, and what the command line and the demo data do with it. */
const ABOVE = ['commands', 'demo'];

const SPEC = '[.-]spec\\.ts$';
const TYPEORM = '^node_modules/(?:typeorm|@nestjs/typeorm)/';
const FRONT_DOOR = '^src/modules/[^/]+/index\\.ts$';

const oneOf = (names) => `(?:${names.join('|')})`;
const forbid = (name, comment, from, to) => ({ name, severity: 'error', comment, from, to });

const layerRules = Object.entries(LAYERS).map(([layer, below]) =>
  forbid(
    `layer-${layer}`,
    `src/${layer} may import ${below.length > 0 ? below.map((name) => `src/${name}`).join(', ') : 'nothing else of src'}.`,
    { path: `^src/${layer}/` },
    { path: '^src/', pathNot: `^src/${oneOf([layer, ...below])}/` },
  ),
);

const roomRules = ROOMS.map((room, place) =>
  forbid(
    `room-${room}`,
    `src/modules/${room} may import the front doors (index.ts) of the rooms before it: ${ROOMS.slice(0, place).join(', ') || 'none'}.`,
    { path: `^src/modules/${room}/` },
    {
      path: '^src/modules/',
      pathNot: [
        `^src/modules/${room}/`,
        ...(place > 0 ? [`^src/modules/${oneOf(ROOMS.slice(0, place))}/index\\.ts$`] : []),
      ],
    },
  ),
);

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    forbid(
      'no-cycle',
      'Two files that import each other, by type alone too, are one file or three.',
      {},
      { circular: true },
    ),
    ...layerRules,
    ...roomRules,
    forbid(
      'rooms-by-the-front-door',
      'What stands above the rooms enters them by their index.ts.',
      { path: [`^src/[^/]+$`, `^src/${oneOf(ABOVE)}/`], pathNot: SPEC },
      { path: '^src/modules/', pathNot: FRONT_DOOR },
    ),
    forbid(
      'known-layers',
      'A folder of src is a layer: give it its place in .dependency-cruiser.cjs.',
      {},
      { path: '^src/[^/]+/', pathNot: `^src/${oneOf([...Object.keys(LAYERS), ...ABOVE])}/` },
    ),
    forbid(
      'known-rooms',
      'A folder of src/modules is a room: give it its place in .dependency-cruiser.cjs.',
      {},
      { path: '^src/modules/', pathNot: `^src/modules/${oneOf(ROOMS)}/` },
    ),
    forbid(
      'kernel-without-frameworks',
      'src/kernel imports nothing but uuidv7 and Node itself.',
      { path: '^src/kernel/', pathNot: SPEC },
      { path: '^node_modules/', pathNot: '^node_modules/uuidv7/' },
    ),
    forbid(
      'migrations-stand-alone',
      'A migration is history: it imports TypeORM and other migrations, nothing that may change under it.',
      { path: '^migrations/' },
      { pathNot: ['^migrations/', '^node_modules/typeorm/'] },
    ),
    forbid(
      'migrations-by-their-index',
      'Migrations run in the order that their index gives.',
      { path: '^src/' },
      { path: '^migrations/', pathNot: '^migrations/index\\.ts$' },
    ),
    forbid(
      'migrations-from-persistence',
      'Only src/persistence runs migrations.',
      { path: '^src/', pathNot: '^src/persistence/' },
      { path: '^migrations/' },
    ),
    forbid(
      'typeorm-in-its-place',
      'TypeORM is for src/persistence, and in the rooms for entities, SQL and services.',
      {
        path: '^src/',
        pathNot: [
          '^src/persistence/',
          '^src/modules/.+\\.(?:entity|queries|read-model|service|repository|store|adapter|module)\\.ts$',
        ],
      },
      { path: TYPEORM },
    ),
    forbid(
      'pg-in-persistence',
      'Only src/persistence speaks to the driver.',
      { path: '^src/', pathNot: '^src/persistence/' },
      { path: '^node_modules/(?:pg|@types/pg)/' },
    ),
    forbid(
      'telemetry-when-asked',
      'What measures and traces is loaded where it is configured, and not before.',
      { path: '^src/', pathNot: '^src/telemetry/(?:metrics|otlp-tracer)\\.ts$' },
      {
        path: ['^src/telemetry/(?:metrics|otlp-tracer)\\.ts$', '^node_modules/(?:prom-client|@opentelemetry)/'],
        dynamic: false,
        dependencyTypesNot: ['type-only'],
      },
    ),
    forbid('src-without-tests', 'What is served does not import what tests it.', { path: '^src/' }, { path: '^test/' }),
    forbid(
      'tests-from-outside',
      'Tests see of a room what other rooms see, and its entities.',
      { path: '^test/' },
      { path: '^src/modules/', pathNot: [FRONT_DOOR, '\\.entity\\.ts$'] },
    ),
    forbid('no-spec-imported', 'A spec is run, not imported.', {}, { path: SPEC }),
    forbid(
      'no-dev-dependency-served',
      'What is served imports only what is installed with it: `dependencies`.',
      { path: '^(?:src|migrations)/', pathNot: SPEC },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm', 'type-only'] },
    ),
    forbid(
      'no-unlisted-package',
      'Every imported package is named in package.json.',
      {},
      { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    ),
    forbid('no-unresolvable', 'Every import leads to a file or a package.', {}, { couldNotResolve: true }),
    forbid(
      'no-orphan',
      'A file that imports nothing and that nothing imports does nothing.',
      {
        orphan: true,
        pathNot: [
          '^src/(?:main|cli)\\.ts$',
          '^migrations/index\\.ts$',
          SPEC,
          '\\.d\\.ts$',
          '^test/bench/',
          // Named in Jest's configuration.
          '^test/support/plain-environment\\.mjs$',
        ],
      },
      {},
    ),
  ],
  options: {
    doNotFollow: { path: '^node_modules/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
