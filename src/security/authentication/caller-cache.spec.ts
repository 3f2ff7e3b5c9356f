import { loadConfig } from '../../config/config.js';
import { Tallies } from '../../kernel/tallies.js';
import { CallerCache } from './caller-cache.js';
import { CallerRegistry, type ClientStatus, type TenantStanding } from './caller-registry.js';

/** Counts the questions, and answers each when the test says so. */
class AskedRegistry extends CallerRegistry {
  readonly questions: {
    readonly id: string;
    readonly answer: (status: string) => void;
    readonly fail: (error: Error) => void;
  }[] = [];

  clientStatus(id: string): Promise<ClientStatus> {
    return this.#ask(id) as Promise<ClientStatus>;
  }

  tenantStatus(id: string): Promise<TenantStanding> {
    return this.#ask(id) as Promise<TenantStanding>;
  }

  #ask(id: string): Promise<string> {
    return new Promise((answer, fail) => this.questions.push({ id, answer, fail }));
  }
}

function cacheOf(authCacheSeconds: number): { cache: CallerCache; registry: AskedRegistry } {
  const registry = new AskedRegistry();
  const config = loadConfig({ AUTH_CACHE_SECONDS: `${authCacheSeconds}` });
  return { registry, cache: new CallerCache(registry, config, new Tallies()) };
}

describe('CallerCache', () => {
  it('asks once for all who ask at the same time, and then answers at once', async () => {
    const { cache, registry } = cacheOf(60);
    const both = Promise.all([cache.clientStatus('c'), cache.clientStatus('c')]);
    registry.questions[0]!.answer('active');
    expect(await both).toEqual(['active', 'active']);
    expect(cache.clientStatus('c')).toBe('active');
    expect(registry.questions).toHaveLength(1);
  });

  it('asks again after a client or a tenant was forgotten', async () => {
    const { cache, registry } = cacheOf(60);
    const first = cache.tenantStatus('t');
    registry.questions[0]!.answer('active');
    await first;
    cache.forgetTenant('t');
    const second = cache.tenantStatus('t');
    registry.questions[1]!.answer('suspended');
    expect(await second).toBe('suspended');
  });

  it('does not keep an answer that was on its way when its key was forgotten', async () => {
    const { cache, registry } = cacheOf(60);
    const old = cache.clientStatus('c');
    cache.forgetClient('c');
    registry.questions[0]!.answer('active');
    await old;
    const now = cache.clientStatus('c');
    registry.questions[1]!.answer('revoked');
    expect(await now).toBe('revoked');
    expect(cache.clientStatus('c')).toBe('revoked');
  });

  it('remembers no failure', async () => {
    const { cache, registry } = cacheOf(60);
    const failed = cache.clientStatus('c');
    registry.questions[0]!.fail(new Error('no database'));
    await expect(failed).rejects.toThrow('no database');
    const again = cache.clientStatus('c');
    registry.questions[1]!.answer('active');
    expect(await again).toBe('active');
  });

  it('remembers nothing where it is told to', async () => {
    const { cache, registry } = cacheOf(0);
    const first = cache.clientStatus('c');
    registry.questions[0]!.answer('active');
    await first;
    expect(cache.clientStatus('c')).toBeInstanceOf(Promise);
  });
});
