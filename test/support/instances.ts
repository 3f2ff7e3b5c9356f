import { startDoorlist, type DoorlistProcess } from './doorlist-process.js';
import { PLATFORM_CLIENT } from './test-state.js';

/** Services over one database with one issuer, so that each takes the tokens of the others. */
export class Instances {
  readonly #started: DoorlistProcess[] = [];

  constructor(
    readonly databaseUrl: string,
    private readonly settings: Readonly<Record<string, string>> = {},
  ) {}

  async start(): Promise<DoorlistProcess> {
    const service = await startDoorlist({
      DATABASE_URL: this.databaseUrl,
      BOOTSTRAP_CLIENT_ID: PLATFORM_CLIENT.id,
      BOOTSTRAP_CLIENT_SECRET: PLATFORM_CLIENT.secret,
      PUBLIC_URL: 'http://doorlist.test',
      LOG_LEVEL: 'silent',
      ...this.settings,
    });
    this.#started.push(service);
    return service;
  }

  async kill(): Promise<void> {
    await Promise.all(this.#started.map((service) => service.stop('SIGKILL')));
  }
}
