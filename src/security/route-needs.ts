import type { ExecutionContext } from '@nestjs/common';
import type { AccessScope } from '../kernel/access-scopes.js';
import { ALTERNATIVE_SCOPES, PUBLIC_ROUTE, REQUIRED_SCOPES } from './decorators.js';
import { ABOUT_APPLICATIONS, type ApplicationsOf } from './named-applications.js';

/** What a route asks of its callers, by its own decorators or else by those of its controller. */
export interface RouteNeeds {
  readonly isPublic: boolean;
  /** All of them. */
  readonly required: readonly AccessScope[];
  /** One of them, where there are any. */
  readonly alternatives: readonly AccessScope[];
  readonly applicationsOf: ApplicationsOf | undefined;
}

type Controller = ReturnType<ExecutionContext['getClass']>;
type Handler = ReturnType<ExecutionContext['getHandler']>;

/** By controller and handler: decorators are of the code, and every guard asks about every request. */
const known = new WeakMap<Controller, Map<Handler, RouteNeeds>>();

export function needsOf(context: ExecutionContext): RouteNeeds {
  const [controller, handler] = [context.getClass(), context.getHandler()];
  return known.get(controller)?.get(handler) ?? keep(controller, handler);
}

function keep(controller: Controller, handler: Handler): RouteNeeds {
  const routes = known.get(controller) ?? new Map<Handler, RouteNeeds>();
  const needs = readNeeds(controller, handler);
  known.set(controller, routes.set(handler, needs));
  return needs;
}

function readNeeds(controller: Controller, handler: Handler): RouteNeeds {
  const read = (key: string): unknown => Reflect.getMetadata(key, handler) ?? Reflect.getMetadata(key, controller);
  return {
    isPublic: read(PUBLIC_ROUTE) === true,
    required: (read(REQUIRED_SCOPES) ?? []) as readonly AccessScope[],
    alternatives: (read(ALTERNATIVE_SCOPES) ?? []) as readonly AccessScope[],
    applicationsOf: Reflect.getMetadata(ABOUT_APPLICATIONS, handler) as ApplicationsOf | undefined,
  };
}
