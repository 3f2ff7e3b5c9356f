import 'reflect-metadata';
import type { Command, CommandContext } from './commands/command.js';
import { exportCommand } from './commands/export.command.js';
import { importCommand } from './commands/import.command.js';
import { migrateCommand, revertCommand } from './commands/migrations.command.js';
import { rotateKeysCommand } from './commands/rotate-keys.command.js';
import { verifyCommand } from './commands/verify.command.js';
import { loadConfig } from './config/config.js';
import { JsonLogger } from './http/json-logger.js';
import { reasonOf } from './start-failure.js';

const COMMANDS: Readonly<Record<string, Command>> = {
  migrate: migrateCommand,
  'migrate:revert': revertCommand,
  'keys:rotate': rotateKeysCommand,
  verify: verifyCommand,
  import: importCommand,
  export: exportCommand,
};

const [name = '', ...args] = process.argv.slice(2);
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
const work = command && prepared(command);
if (work) await run(work);
else process.exitCode = 2;
if (!command) process.stderr.write(`${usage()}\n`);

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

async function run(asked: (context: CommandContext) => Promise<string[]>): Promise<void> {
  try {
    const lines = await asked({ config: loadConfig(), logger: new JsonLogger('warn') });
    if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`);
  } catch (error) {
    process.stderr.write(`${reasonOf(error)}\n`);
    process.exitCode = 1;
  }
}

function usage(): string {
  const lines = Object.entries(COMMANDS).flatMap(([each, { about, takes }]) => [
    `  ${each.padEnd(16)}${about}`,
    ...(takes ? [`  ${' '.repeat(16)}${each} ${takes}`] : []),
  ]);
  return ['Usage: npm run doorlist -- <command>', '', ...lines].join('\n');
}
