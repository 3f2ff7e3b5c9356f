import 'reflect-metadata';
import type { Command } from './commands/command.js';
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
};

const name = process.argv[2] ?? '';
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
if (command === undefined || process.argv.length > 3) {
  process.stderr.write(`${usage()}\n`);
  process.exitCode = 2;
} else {
  await run(command);
}

async function run({ run: work }: Command): Promise<void> {
  try {
    const config = loadConfig();
    const lines = await work(config, new JsonLogger('warn'));
    process.stdout.write(`${lines.join('\n')}\n`);
  } catch (error) {
    process.stderr.write(`${reasonOf(error)}\n`);
    process.exitCode = 1;
  }
}

function usage(): string {
  const lines = Object.entries(COMMANDS).map(([each, { about }]) => `  ${each.padEnd(16)}${about}`);
  return ['Usage: npm run doorlist -- <command>', '', ...lines].join('\n');
}
