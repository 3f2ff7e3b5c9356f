import { basename, relative, sep } from 'node:path';
import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Files that tools load by their default export: configurations, and the two hooks that Jest runs around a run. */
const LOADED_BY_DEFAULT_EXPORT = [
  '*.mjs',
  '*.cjs',
  '**/*.config.ts',
  'test/support/**/*global-{setup,teardown}.{ts,mjs}',
  'test/support/longest-first.mjs',
];

/** The only places that talk to a terminal. */
const TERMINAL = ['src/main.ts', 'src/commands/**', 'src/start-banner*.ts', 'test/bench/**', '.ci/**'];

const KEBAB_CASE_FILE = /^\.?[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)+$/;
const FOLDER_WITHOUT_A_SUBJECT = /^(?:utils?|commons?|helpers?|misc)$/;
const SHORTEST_REASON = 10;

/** Names of files are kebab-case; no folder is called utils, common or helpers, which say nothing about what is inside. */
const fileNames = {
  create: (context) => ({
    Program(node) {
      const folders = relative(context.cwd, context.filename).split(sep).slice(0, -1);
      const file = basename(context.filename);
      if (!KEBAB_CASE_FILE.test(file)) context.report({ node, message: `File name "${file}" is not kebab-case.` });
      for (const folder of folders.filter((name) => FOLDER_WITHOUT_A_SUBJECT.test(name)))
        context.report({ node, message: `Folder "${folder}" names no subject: name it after what is in it.` });
    },
  }),
};

/** What is wrong with a comment that turns a tool off; undefined when nothing is. */
function complaintAbout(comment) {
  const text = comment.value.trim();
  const reason = /\s-{2,}\s+(.*)$/s.exec(text)?.[1]?.trim() ?? '';
  if (/^prettier-ignore\b/.test(text)) return 'prettier-ignore cannot carry a reason: let Prettier format it.';
  if (/^eslint-disable(?:-next-line|-line)?\s*(?:--|$)/.test(text))
    return 'Name the rules that this comment turns off.';
  const suppresses =
    /^eslint(?:-disable(?:-next-line|-line)?)?\s/.test(text) ||
    /^(?:istanbul|c8|v8|node:coverage)\s+(?:ignore|disable)\b/.test(text) ||
    /(?:^|\s)@(?:public|alias)\b/.test(text); // knip leaves what carries these tags alone
  if (suppresses && reason.length < SHORTEST_REASON)
    return 'Give the reason on the same line: "-- why this is right here".';
  return undefined;
}

/** A comment that turns a tool off names what it turns off, and says why. */
const reasonedSuppressions = {
  create: (context) => ({
    Program() {
      for (const comment of context.sourceCode.getAllComments()) {
        const message = complaintAbout(comment);
        // Column -1 stands before the comment, where the comment cannot silence this report as well.
        if (message)
          context.report({ loc: { start: { ...comment.loc.start, column: -1 }, end: comment.loc.end }, message });
      }
    },
  }),
};

const house = { rules: { 'file-names': fileNames, 'reasoned-suppressions': reasonedSuppressions } };

const FORBIDDEN_SYNTAX = [
  {
    selector: 'MethodDefinition[kind="constructor"] > FunctionExpression[params.length>5]',
    message: 'A constructor takes at most 5 dependencies: this class does more than one thing.',
  },
  {
    selector:
      ':matches(ImportSpecifier[imported.name="forwardRef"], CallExpression[callee.property.name="forwardRef"])',
    message: 'forwardRef hides a cycle: move what both sides need to an earlier room.',
  },
  {
    selector: 'CatchClause > BlockStatement[body.length=0]',
    message: 'An empty catch hides a failure: handle it, or name the one error that is expected.',
  },
  {
    selector:
      'MemberExpression[property.name=/^(?:mock|doMock|unstable_mockModule|spyOn|replaceProperty)$/]:matches([object.name="jest"], [object.property.name="jest"])',
    message: 'No module mocks and no spies: pass the dependency in, or test over HTTP.',
  },
  {
    selector:
      ':matches(MemberExpression[property.name=/^(?:only|skip|todo|failing)$/][object.name=/^(?:describe|it|test)$/], Identifier[name=/^(?:xit|xtest|xdescribe|fit|fdescribe)$/])',
    message: 'Every test runs, every time.',
  },
];

const ENVIRONMENT_MESSAGE = 'The environment is read in src/config alone.';
const ENVIRONMENT_READ_IN_CONFIG_ALONE = {
  'no-restricted-properties': ['error', { object: 'process', property: 'env', message: ENVIRONMENT_MESSAGE }],
  'no-restricted-imports': [
    'error',
    ...['process', 'node:process'].map((name) => ({ name, importNames: ['env'], message: ENVIRONMENT_MESSAGE })),
  ],
  'no-restricted-syntax': [
    'error',
    ...FORBIDDEN_SYNTAX,
    { selector: 'MemberExpression[property.name="env"][object.property.name="process"]', message: ENVIRONMENT_MESSAGE },
  ],
};

const lines = (max) => ['error', { max, skipBlankLines: true, skipComments: true }];

export default defineConfig(
  { ignores: ['dist/', 'coverage/', '.data/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' } },
  js.configs.recommended,
  {
    plugins: { house },
    rules: {
      'house/file-names': 'error',
      'house/reasoned-suppressions': 'error',
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'no-restricted-syntax': ['error', ...FORBIDDEN_SYNTAX],
      'no-restricted-exports': [
        'error',
        {
          restrictDefaultExports: {
            direct: true,
            named: true,
            defaultFrom: true,
            namedFrom: true,
            namespaceFrom: true,
          },
        },
      ],
      'max-lines': lines(250),
      // Requests and responses are classes only because decorators need one; they are shapes of JSON, made as literals.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-misused-spread': 'off',
      // In a class with decorators an import may be an injection token: the rule then leaves it a value import.
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      // Nest modules are empty classes whose meaning is in their decorator.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/ban-ts-comment': [
        'error',
        {
          'ts-expect-error': 'allow-with-description',
          'ts-ignore': true,
          'ts-nocheck': true,
          'ts-check': false,
          minimumDescriptionLength: SHORTEST_REASON,
        },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: { 'max-lines-per-function': lines(40) },
  },
  { files: ['src/**/*.ts', 'migrations/**/*.ts'], ignores: ['src/config/**'], rules: ENVIRONMENT_READ_IN_CONFIG_ALONE },
  {
    files: ['src/modules/**/*.controller.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          name: '@nestjs/common',
          importNames: ['Post'],
          message: 'A POST that changes something honours Idempotency-Key: use IdempotentPost, or ReadingPost.',
        },
        {
          name: '@nestjs/common',
          importNames: ['Body', 'Query'],
          message: 'What callers send is checked against its class: use those of http/request-parts.',
        },
      ],
    },
  },
  {
    files: ['test/**/*.ts', '**/*.spec.ts'],
    rules: {
      'max-lines': lines(400),
      // A test that meets null where it promised a value should fail there and then.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // expect.any() and expect.objectContaining() are typed any.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'AbortSignal',
          'Buffer',
          'URL',
          'clearTimeout',
          'console',
          'fetch',
          'module',
          'performance',
          'process',
          'require',
          'setTimeout',
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
  { files: TERMINAL, rules: { 'no-console': 'off' } },
  { files: LOADED_BY_DEFAULT_EXPORT, rules: { 'no-restricted-exports': 'off' } },
);
