import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { WatchedSockets } from './watched-sockets.js';

/** Time between two questions whether the server is there, in milliseconds. */
const PAUSE_MS = 400;
/** Longest wait for the answer. With the pause, a server that falls silent is given up within 1.5 seconds. */
const ANSWER_MS = 1000;
/** Longest time until its connection is open, in milliseconds. */
const CONNECT_MS = 5000;
/** The wait is counted in steps, so that a process that was itself held up does not take its own pause for silence. */
const STEP_MS = 100;
/** So long after the last traffic nobody can be waiting, and nothing is asked; longer than any limit of a statement. */
const IDLE_MS = 900_000;

/** Where the watch reports; a pino logger fits as it is. */
export interface WatchLog {
  warn(entry: object): void;
  info(entry: object): void;
}

/** A connection that asks nothing but this; `ready` rejects where it cannot be opened. */
interface Probe {
  readonly client: pg.Client;
  readonly ready: Promise<unknown>;
}

/**
 * Asks a server, over a connection of its own, whether it is there. One that is gone refuses connections, which everybody
 * sees at once; one that is frozen, or behind a network that swallows packets, only says nothing, and a statement would wait for
 * as long as the longest may take. When nothing at all has arrived for a second, all connections are cut, and new ones refused
 * until it answers again: requests are then refused at once instead of waiting.
 */
export class DatabaseWatch {
  readonly sockets = new WatchedSockets();
  #probe: Probe | null = null;
  #isSilent = false;
  #stopped = false;
  #sent = 0;
  #activeAt = 0;

  constructor(
    private readonly connection: pg.ClientConfig,
    private readonly log: WatchLog,
  ) {}

  /** Begins to look, until `stop`. Keeps no process alive. */
  start(): void {
    void this.#run();
  }

  stop(): void {
    this.#stopped = true;
    this.#discard(this.#probe);
  }

  async #run(): Promise<void> {
    // Opening a connection may take a busy machine longer than any answer over one that is open.
    await this.#ask();
    for (;;) {
      await sleep(PAUSE_MS, undefined, { ref: false });
      if (this.#stopped) return;
      if (this.#isSilent || this.#isBusy()) await this.#look();
    }
  }

  /** Whether anybody may be waiting for an answer. */
  #isBusy(): boolean {
    const { sent } = this.sockets.traffic();
    if (sent !== this.#sent || this.sockets.connecting) this.#activeAt = performance.now();
    this.#sent = sent;
    return performance.now() - this.#activeAt < IDLE_MS;
  }

  async #look(): Promise<void> {
    let { received } = this.sockets.traffic();
    const answer = this.#ask();
    const state = { isAnswered: false };
    void answer.finally(() => (state.isAnswered = true));
    for (let silent = 0; silent < ANSWER_MS && !state.isAnswered && !this.#stopped; silent += STEP_MS) {
      await Promise.race([answer, sleep(STEP_MS, undefined, { ref: false })]);
      // Whoever answers anybody is there, however busy: its silence begins with what it said last.
      const heard = this.sockets.traffic().received;
      if (heard !== received) silent = -STEP_MS;
      received = heard;
    }
    if (this.#stopped) return;
    if (state.isAnswered) this.#found(await answer);
    else this.#lost();
  }

  /** Whether the server has answered; false where it refuses, which is no silence. Never rejects. */
  async #ask(): Promise<boolean> {
    const probe = this.#probe ?? this.#connect();
    try {
      await probe.ready;
      await probe.client.query('SELECT 1');
      return true;
    } catch {
      this.#discard(probe);
      return false;
    }
  }

  #connect(): Probe {
    const client = new pg.Client({ ...this.connection, connectionTimeoutMillis: CONNECT_MS });
    const probe = { client, ready: client.connect() };
    client.on('error', () => this.#discard(probe));
    this.#probe = probe;
    return probe;
  }

  #found(hasAnswered: boolean): void {
    // A refusal ends no silence: what was silent and now refuses is still not there.
    if (!this.#isSilent || !hasAnswered) return;
    this.#isSilent = false;
    this.sockets.accept();
    this.log.info({ msg: 'the database answers again' });
  }

  #lost(): void {
    this.#discard(this.#probe);
    if (!this.#isSilent) this.log.warn({ msg: 'the database is silent; its connections are cut until it answers' });
    this.#isSilent = true;
    this.sockets.refuse();
  }

  #discard(probe: Probe | null): void {
    if (this.#probe === probe) this.#probe = null;
    probe?.client.connection.stream.destroy();
  }
}
