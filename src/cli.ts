import 'reflect-metadata';
import type { Command, CommandContext } from './commands/command.js';
import { loadConfig } from './config/config.js';
import { JsonLogger } from './http/json-logger.js';
import { reasonOf } from './start-failure.js';

/** Each is loaded when it is asked for, and what it does when that is clear: an error in its arguments is told at once. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  migrate: async () => (await import('./commands/migrations.command.js')).migrateCommand,
  'migrate:revert': async () => (await import('./commands/migrations.command.js')).revertCommand,
  'keys:rotate': async () => (await import('./commands/rotate-keys.command.js')).rotateKeysCommand,
  'platform-clients': async () => (await import('./commands/platform-clients.command.js')).platformClientsCommand,
  verify: async () => (await import('./commands/verify.command.js')).verifyCommand,
  import: async () => (await import('./commands/import.command.js')).importCommand,
  export: async () => (await import('./commands/export.command.js')).exportCommand,
};

/** Of the names in the usage. */
const NAME_WIDTH = 18;

const [name = '', ...args] = process.argv.slice(2);
const command = Object.hasOwn(COMMANDS, name) ? await COMMANDS[name]?.() : undefined;
const work = command && prepared(command);
if (command && work) await run(command, work);
else process.exitCode = 2;
if (!command) process.stderr.write(`${await usage()}\n`);

/** What the command is to do, or null where its arguments are wrong. */
function prepared(asked: Command): ((context: CommandContext) => Promise<string[]>) | null {
  try {
    return asked.prepare(args);
  } catch (error) {
    const line = `Usage: npm run doorlist -- ${`${name} ${asked.takes}`.trim()}`;
    process.stderr.write(`${(error as Error).message}\n\n${line}\n`);
    return null;
  }
}

async function run(
  { servesNobody = false }: Command,
  asked: (context: CommandContext) => Promise<string[]>,
): Promise<void> {
  try {
    const config = loadConfig(undefined, { servesNobody });
    const lines = await asked({ config, logger: new JsonLogger('warn') });
    if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`);
  } catch (error) {
    process.stderr.write(`${reasonOf(error)}\n`);
    process.exitCode = 1;
  }
}

async function usage(): Promise<string> {
  const lines: string[] = [];
  for (const [each, load] of Object.entries(COMMANDS)) {
    const { about, takes } = await load();
    lines.push(
      `  ${each.padEnd(NAME_WIDTH)}${about}`,
      ...(takes ? [`  ${' '.repeat(NAME_WIDTH)}${each} ${takes}`] : []),
    );
  }
  return ['Usage: npm run doorlist -- <command>', '', ...lines].join('\n');
}
