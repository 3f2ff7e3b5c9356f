import { deepStrictEqual } from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DriverReport } from './driver.js';
import type { Caller, Environment, Server } from './environment.js';
import type { Row } from './rows.js';

const PER_PAGE = 50;
const QUIET_LIMIT_MS = 30_000;

/** One tenant as its caller sees it, at the service and at the floor. */
export class Bench {
  constructor(
    readonly environment: Environment,
    private readonly caller: Caller,
  ) {}

  get tenantId(): string {
    return this.caller.tenantId;
  }

  /** One burst of load; `burst` is its number in the row. */
  async drive(server: Server, row: Row, burst: number, seconds: number): Promise<DriverReport> {
    const { token } = this.caller;
    return this.environment.driver.ask<DriverReport>({
      url: server.url,
      token,
      seconds,
      connections: row.connectionsOf(burst),
    });
  }

  /** Throws where the two servers answer a row's first requests differently, but for what differs by nature. */
  async compare(row: Row, floorRow: Row): Promise<void> {
    const ours = await this.#firstAnswers(this.environment.doorlist, row);
    const theirs = await this.#firstAnswers(this.environment.floor, floorRow);
    deepStrictEqual(theirs, ours, `${row.name}: the floor answers something else.`);
  }

  /** A cursor that opens the page in the middle; throws where the application has not exactly `users` of them. */
  async cursorInTheMiddle(server: Server, applicationId: string, users: number): Promise<string> {
    const path = `/api/v1/tenants/${this.tenantId}/applications/${applicationId}/effective-users`;
    const body = await this.#get(server, `${path}?page=${users / PER_PAGE / 2}&per_page=${PER_PAGE}`);
    const { pagination } = body as { pagination: { total_items: number; next_cursor: string } };
    if (pagination.total_items !== users)
      throw new Error(`${pagination.total_items} effective users, not ${users}, at ${server.url}.`);
    return pagination.next_cursor;
  }

  /** Waits until the database works on nothing, vacuums of its own included, which follow the making of many rows. */
  async quiet(): Promise<void> {
    const text = `SELECT count(*)::int AS busy FROM pg_stat_activity
                   WHERE datname = current_database() AND pid <> pg_backend_pid()
                     AND (backend_type = 'autovacuum worker' OR backend_type = 'client backend' AND state <> 'idle')`;
    const until = Date.now() + QUIET_LIMIT_MS;
    for (;;) {
      const { rows } = await this.environment.admin.query<{ busy: number }>(text);
      if (rows[0]?.busy === 0) return;
      if (Date.now() > until) throw new Error(`The database is still busy after ${QUIET_LIMIT_MS / 1000} s.`);
      await sleep(20);
    }
  }

  /** The first read, or the first write and the one that takes it back. */
  async #firstAnswers(server: Server, row: Row): Promise<unknown[]> {
    const requests = row.connectionsOf(0)[0]?.slice(0, row.kind === 'write' ? 2 : 1) ?? [];
    const answers: unknown[] = [];
    for (const { method, path, body } of requests) {
      const headers = {
        authorization: `Bearer ${this.caller.token}`,
        ...(body && { 'content-type': 'application/json' }),
      };
      const answer = await fetch(server.url + path, { method, headers, ...(body && { body }) });
      const text = await answer.text();
      answers.push([answer.status, text && withoutChance(JSON.parse(text))]);
    }
    return answers;
  }

  async #get(server: Server, path: string): Promise<unknown> {
    const answer = await fetch(server.url + path, { headers: { authorization: `Bearer ${this.caller.token}` } });
    if (!answer.ok) throw new Error(`${server.url}${path} answered ${answer.status}: ${await answer.text()}`);
    return answer.json();
  }
}

/** An answer without what two servers never say alike: request ids, moments, new ids and cursors. */
function withoutChance(body: unknown): unknown {
  const { data, pagination } = body as { data: object; pagination?: object };
  const isNew = 'assigned_by' in data;
  return {
    data: isNew ? { ...data, id: null, assigned_at: null } : data,
    pagination: { ...pagination, next_cursor: null },
  };
}
