// Runs the named npm scripts side by side, as many at once as there are cores, and prints what each said when it ends:
// `node .ci/side-by-side.mjs check:lint check:types`. The first named starts first. Ends with 1 where any of them failed.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

const waiting = process.argv.slice(2);

async function run(name) {
  const begun = performance.now();
  const child = spawn('npm', ['run', '--silent', name], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => said.push(chunk));
  const code = await new Promise((resolve) => child.once('close', resolve).once('error', () => resolve(null)));
  const seconds = Math.round((performance.now() - begun) / 1000);
  process.stdout.write(`${code === 0 ? 'passed' : 'FAILED'} ${name} (${seconds} s)\n`);
  if (code !== 0) {
    process.stdout.write(`${Buffer.concat(said).toString()}\n`);
    process.exitCode = 1;
  }
}

async function work() {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await run(name);
}

await Promise.all(Array.from({ length: availableParallelism() }, work));
