import type { AccessReach } from '../../kernel/access-preview.js';

/** Metadata of a route that can be run dry. */
export const REACH_OF = 'doorlist:reach-of';

/** A request before its validation. */
interface RawRequest {
  readonly params: unknown;
  readonly body?: unknown;
}

/** Whose access a request may alter. */
export type ReachOf = (request: RawRequest) => AccessReach;

/** A parameter of the path. */
export function pathId({ params }: RawRequest, name: string): string[] {
  return idsOf([(params as Record<string, unknown>)[name]]);
}

/** What a field of the body names: one id or several. */
export function bodyIds({ body }: RawRequest, name: string): string[] {
  if (typeof body !== 'object' || body === null) return [];
  const value: unknown = (body as Record<string, unknown>)[name];
  return idsOf(Array.isArray(value) ? value : [value]);
}

/** The texts of a list. */
export function idsOf(values: readonly unknown[] | undefined): string[] {
  return (values ?? []).filter((value) => typeof value === 'string');
}

/** A change to the tenant itself. */
export const wholeTenant: ReachOf = () => ({ everything: true });
