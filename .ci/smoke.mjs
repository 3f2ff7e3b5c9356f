// node .ci/smoke.mjs <results.json>: starts the service as the README says, on an empty data folder, pastes what its banner
// prints, stops it and starts it again. Writes how many steps passed and failed, in Jest's terms.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { leftBehind, processTree } from './processes.mjs';

const START_SECONDS = 60;
const STOP_SECONDS = 10;
const COMMANDS = 3;

let passed = 0;
let failed = 0;

/** Runs one step and counts it; answers its result, or undefined if it failed. */
async function step(name, action) {
  const begun = performance.now();
  try {
    const result = await action();
    passed += 1;
    console.log(`ok      ${name} (${Math.round(performance.now() - begun)} ms)`);
    return result;
  } catch (error) {
    failed += 1;
    console.log(`NOT OK  ${name}: ${error.message}`);
    return undefined;
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

/** `npm start`, with what it has printed so far. */
function start(env) {
  const child = spawn('npm', ['start'], { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const service = { child, output: '', exited: once(child, 'exit') };
  child.stdout.setEncoding('utf8').on('data', (text) => (service.output += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (service.output += text));
  return service;
}

/** Waits until the service has said that it listens and has then been silent for a moment; answers all it said. */
async function banner(service) {
  const deadline = performance.now() + START_SECONDS * 1000;
  let seen = -1;
  while (seen !== service.output.length || !/listening/i.test(service.output)) {
    if (service.child.exitCode !== null)
      throw new Error(`it exited with ${service.child.exitCode}:\n${service.output}`);
    if (performance.now() > deadline) throw new Error(`not listening after ${START_SECONDS} s:\n${service.output}`);
    seen = service.output.length;
    await sleep(500);
  }
  return service.output;
}

/** Sends SIGTERM to npm, as a terminal or an init system would, and waits for it. */
async function stop(service) {
  process.kill(service.child.pid, 'SIGTERM');
  const late = await Promise.race([service.exited.then(() => false), sleep(STOP_SECONDS * 1000, true, { ref: false })]);
  if (late) throw new Error(`still running ${STOP_SECONDS} s after SIGTERM`);
}

async function nothingLeft(before, folder) {
  let left = await leftBehind(before, folder);
  if (left.length > 0) {
    await sleep(500);
    left = await leftBehind(before, folder);
  }
  for (const { pid } of left) process.kill(pid, 'SIGKILL');
  if (left.length > 0)
    throw new Error(`left behind: ${left.map(({ pid, command }) => `${pid} ${command}`).join('; ')}`);
}

/** The commands of the banner: lines that begin with "  curl " or "  TOKEN=", each with the lines that a backslash continues it by. */
function curlCommands(text) {
  const commands = [];
  let open = false;
  for (const line of text.split('\n')) {
    if (open) commands.push(`${commands.pop()}\n${line}`);
    else if (/^ {2}(curl |TOKEN=)/.test(line)) commands.push(line);
    else continue;
    open = line.endsWith('\\');
  }
  return commands;
}

function named(text, what, pattern) {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) throw new Error(`no ${what} (${pattern}) in:\n${text}`);
  return found;
}

const tenantIn = (text) =>
  named(text, 'tenant id', /tenant\b[^\n]*?\b([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b/i);

/** Pastes the first command, which gets the token. Throws unless it leaves a JWT in TOKEN. */
async function pasteToken(command) {
  const { stdout } = await promisify(execFile)('bash', ['-c', `${command}\necho "$TOKEN"`], { timeout: 20_000 });
  if (!/^eyJ[\w-]+\.[\w-]+\.[\w-]+\n$/.test(stdout)) throw new Error(stdout);
}

/** Pastes the command that gets the token and one behind it. Throws unless that prints JSON that is no refusal. */
async function paste(tokenCommand, command) {
  const { stdout } = await promisify(execFile)('bash', ['-c', `${tokenCommand}\n${command}`], { timeout: 20_000 });
  const body = JSON.parse(stdout);
  if (body === null || typeof body !== 'object' || 'error' in body || 'detail' in body) throw new Error(stdout);
}

async function firstStart(env, folder) {
  const service = start(env);
  const text = await step('npm start on an empty folder listens', () => banner(service));
  if (text === undefined) return end(service, folder, 'first');
  const tenant = await step('the banner names the tenant', () => tenantIn(text));
  await step('the banner names the client id', () => named(text, 'client id', /client[ _-]?id\W+([\w.~-]+)/i));
  await step('the banner names the client secret', () => named(text, 'client secret', /secret\W+([\w.~+/-]+)/i));
  const commands = curlCommands(text);
  await step(`the banner has ${COMMANDS} curl commands`, () => {
    if (commands.length !== COMMANDS) throw new Error(`it has ${commands.length}:\n${text}`);
  });
  const [token, ...others] = commands;
  await step('pasted: TOKEN=...', () => pasteToken(token));
  for (const command of others) await step(`pasted: ${command.trim().split(' -H', 1)[0]}`, () => paste(token, command));
  await end(service, folder, 'first');
  return tenant;
}

async function secondStart(env, folder, tenant) {
  const service = start(env);
  await step('the second start shows the same tenant', async () => {
    const found = tenantIn(await banner(service));
    if (found !== tenant) throw new Error(`${found}, not ${tenant}`);
  });
  await end(service, folder, 'second');
}

async function end(service, folder, which) {
  const before = service.child.exitCode === null ? await processTree(service.child.pid) : [];
  if (before.length > 0) await step(`SIGTERM stops the ${which} start within ${STOP_SECONDS} s`, () => stop(service));
  await step(`the ${which} start leaves no process behind`, () => nothingLeft(before, folder));
}

const home = await mkdtemp(join(tmpdir(), 'doorlist-smoke-'));
try {
  await chmod(home, 0o755); // root's embedded engine runs as another user
  const dataDir = join(home, 'data');
  const env = { ...process.env, PORT: String(await freePort()), DATA_DIR: dataDir };
  const tenant = await firstStart(env, dataDir);
  await secondStart(env, dataDir, tenant);
} finally {
  await rm(home, { recursive: true, force: true });
  const results = { numPassedTests: passed, numFailedTests: failed, numRuntimeErrorTestSuites: 0 };
  if (process.argv[2] !== undefined) await writeFile(process.argv[2], JSON.stringify(results));
}
process.exitCode = failed === 0 ? 0 : 1;
