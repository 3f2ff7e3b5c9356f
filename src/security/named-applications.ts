import { SetMetadata, type CustomDecorator } from '@nestjs/common';
import { isUuid } from '../kernel/ids.js';

/** Metadata key of `@AboutApplications()`. */
export const ABOUT_APPLICATIONS = 'doorlist:about-applications';

/** Parameters of paths that name the application that a route is about. */
const PATH_PARAMETERS = ['application_id', 'app_id'];

/** Most applications that one request is about; one that names more is about none in particular. */
const MOST_APPLICATIONS = 1000;

/** A request before its validation. */
interface RawRequest {
  readonly params: unknown;
  readonly query: unknown;
  readonly body?: unknown;
}

/** All applications that a request is about; none where it is about anything else as well. */
export type ApplicationsOf = (request: RawRequest) => readonly unknown[];

/**
 * The route is about the applications that `of` finds in body or query, and open to users whose roles in each of these
 * allow it. Routes with `application_id` or `app_id` in their path are about that one without saying so.
 */
export function AboutApplications(of: ApplicationsOf): CustomDecorator {
  return SetMetadata(ABOUT_APPLICATIONS, of);
}

/** The ids of the applications that a request is about, in lower case. Whatever cannot be one leaves none. */
export function namedApplications(request: RawRequest, of: ApplicationsOf | undefined): string[] {
  const params = (request.params ?? {}) as Readonly<Record<string, unknown>>;
  const inPath = PATH_PARAMETERS.flatMap((name) => (Object.hasOwn(params, name) ? [params[name]] : []));
  const named = [...inPath, ...(of?.(request) ?? [])];
  if (named.length > MOST_APPLICATIONS || !named.every((id) => isUuid(id))) return [];
  return [...new Set(named.map((id) => id.toLowerCase()))];
}
