import { Writable } from 'node:stream';
import { showProgress } from './progress-bar.js';

/** A stream that says whether it is a terminal, and keeps what is written. */
class Screen extends Writable {
  readonly columns = 80;
  written = '';

  constructor(readonly isTTY: boolean) {
    super();
  }

  override _write(piece: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.written += piece.toString();
    done();
    this.emit('drawn');
  }

  /** What was written, without the moves of the cursor, a line for each time that it was drawn. */
  get drawn(): string[] {
    // eslint-disable-next-line no-control-regex -- what a terminal is told begins with ESC
    const lines = this.written.split(/\x1b[[0-9;?]*[A-Za-z78]|\r|\n/u).map((line) => line.trim());
    return lines.filter((line, index) => line !== '' && line !== lines[index - 1]);
  }

  async until(line: string): Promise<void> {
    while (!this.drawn.includes(line)) await new Promise((resolve) => this.once('drawn', resolve));
  }
}

const EMPTY = '-'.repeat(30);

describe('on a terminal', () => {
  it('a file is a bar, of its bytes, and is said to be written once all of it is read', async () => {
    const screen = new Screen(true);
    const progress = { bytesRead: 0, linesRead: 0 };
    const stop = showProgress(2_000_000, () => progress, { on: screen, everyMs: 1 });
    await screen.until(`[${EMPTY}] 0% 0 lines`);
    Object.assign(progress, { bytesRead: 1_000_000, linesRead: 12 });
    await screen.until(`[${'='.repeat(15)}${'-'.repeat(15)}] 50% 12 lines`);
    Object.assign(progress, { bytesRead: 2_000_000, linesRead: 25 });
    await screen.until(`[${'='.repeat(30)}] 100% 25 lines - read, now being written`);
    stop();
    expect(screen.drawn).toEqual([
      `[${EMPTY}] 0% 0 lines`,
      `[${'='.repeat(15)}${'-'.repeat(15)}] 50% 12 lines`,
      `[${'='.repeat(30)}] 100% 25 lines - read, now being written`,
    ]);
  });

  it('a file of unknown size is a line that counts', async () => {
    const screen = new Screen(true);
    const progress = { bytesRead: 0, linesRead: 0 };
    const stop = showProgress(null, () => progress, { on: screen, everyMs: 1 });
    Object.assign(progress, { bytesRead: 3_999_999, linesRead: 40 });
    await screen.until('40 lines, 3 MB');
    stop();
    expect(screen.drawn).toEqual(['0 lines, 0 MB', '40 lines, 3 MB']);
  });

  it('an empty file is a full bar, of which nothing is being written', () => {
    const screen = new Screen(true);
    showProgress(0, () => ({ bytesRead: 0, linesRead: 0 }), { on: screen })();
    expect(screen.drawn).toEqual([`[${'='.repeat(30)}] 100% 0 lines`]);
  });
});

describe('elsewhere', () => {
  it('there are whole lines, no signs of terminals, and none once it has stopped', async () => {
    const screen = new Screen(false);
    const progress = { bytesRead: 0, linesRead: 0 };
    const stop = showProgress(9_000_000, () => progress, { on: screen, everyMs: 1 });
    await screen.until('0 lines, 0 MB');
    Object.assign(progress, { bytesRead: 5_500_000, linesRead: 70 });
    await screen.until('70 lines, 5 MB');
    stop();
    Object.assign(progress, { bytesRead: 9_000_000, linesRead: 90 });
    // One that begins later draws twice meanwhile.
    const later = new Screen(false);
    const stopLater = showProgress(null, () => ({ bytesRead: 0, linesRead: later.drawn.length }), {
      on: later,
      everyMs: 1,
    });
    await later.until('1 lines, 0 MB');
    stopLater();
    expect(screen.drawn).toEqual(['0 lines, 0 MB', '70 lines, 5 MB']);
    expect(screen.written).toMatch(/^(?:\d+ lines, \d MB\n)+$/);
  });
});
