import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from './run-program.js';

describe('running a program', () => {
  it('gives its status and what it printed, on either channel', async () => {
    const result = await runProgram('/bin/sh', ['-c', 'echo out; echo err >&2; exit 3']);
    expect(result.code).toBe(3);
    expect(result.output.split('\n').sort()).toEqual(['', 'err', 'out']);
  });

  it('gives a status below zero when the program cannot be started or is killed', async () => {
    expect(await runProgram('/nowhere/at-all', [])).toMatchObject({ code: -1 });
    expect(await runProgram('/bin/sh', ['-c', 'kill -KILL $$'])).toEqual({ code: -1, output: '' });
  });

  it('runs it again when a signal to the process group has ended it before it began', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'run-program-'));
    const onlyTheFirstTime = 'if [ -e "$0" ]; then echo done; else : > "$0"; kill -INT $$; fi';
    expect(await runProgram('/bin/sh', ['-c', onlyTheFirstTime, join(folder, 'tried')])).toEqual({
      code: 0,
      output: 'done\n',
    });
    await rm(folder, { recursive: true });
  });

  it('hides the environment of the service', async () => {
    const { output } = await runProgram('/bin/sh', ['-c', 'echo "$LC_ALL $TZ ${HOME-none}"']);
    expect(output).toBe('C UTC none\n');
  });
});
