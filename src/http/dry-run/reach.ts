import type { Type } from '@nestjs/common';
import type { AccessReach } from '../../kernel/access-preview.js';
import { isUuid } from '../../kernel/ids.js';
import type { PermissionReach } from '../../kernel/permission-preview.js';
import type { DryRunParameters } from './dry-run.query.js';

/** Metadata of a route that can be run dry. */
export const DRY_RUN = 'doorlist:dry-run';

/** A request before its validation. */
interface RawRequest {
  readonly params: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
}

/** Whose access a request may alter. */
export type ReachOf = (request: RawRequest) => AccessReach;

/** A change of a role: its dry run tells of permissions. */
export interface RoleDryRunOptions {
  readonly permissionsOf: (request: RawRequest) => PermissionReach;
  /** Whether the preview is the whole body, as on the published surfaces of roles. */
  readonly isBare?: boolean;
  /** The route's own query, where it has one; then `dry_run` and `cursor` are in it. */
  readonly query?: Type<DryRunParameters>;
}

/** How a route is run dry. */
export type DryRunOptions = ReachOf | RoleDryRunOptions;

/** A parameter of the path. */
export function pathId({ params }: RawRequest, name: string): string[] {
  return idsOf([(params as Record<string, unknown>)[name]]);
}

/** An id in the query, if there is one. */
export function queryId({ query }: RawRequest, name: string): string | undefined {
  const [value] = idsOf([(query as Record<string, unknown>)[name]]);
  return value !== undefined && isUuid(value) ? value.toLowerCase() : undefined;
}

/** What a field of the body names: one id or several. */
export function bodyIds({ body }: RawRequest, name: string): string[] {
  if (typeof body !== 'object' || body === null) return [];
  const value: unknown = (body as Record<string, unknown>)[name];
  return idsOf(Array.isArray(value) ? value : [value]);
}

/** The role that the path names, wherever it is held. */
export const roleOfPath = (request: RawRequest): PermissionReach => ({ role: pathId(request, 'role_id')[0] ?? '' });

/** The texts of a list. */
export function idsOf(values: readonly unknown[] | undefined): string[] {
  return (values ?? []).filter((value) => typeof value === 'string');
}

/** A change to the tenant itself. */
export const wholeTenant: ReachOf = () => ({ everything: true });
