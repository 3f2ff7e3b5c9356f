import { DomainError, listedIssues, type FieldIssue } from '../../../kernel/domain-error.js';
import { isUuid } from '../../../kernel/ids.js';
import { shown } from '../../../http/fields/field.js';

/** What a permission can be checked for. */
const RESOURCE_KINDS = ['application', 'workspace', 'project'] as const;
export type ResourceKind = (typeof RESOURCE_KINDS)[number];

/** Most different resources of one check. */
export const MOST_RESOURCES = 1000;

/** Something that roles count for, as callers name it. */
export interface Resource {
  /** `<kind>:<id>`, the id in lower case. */
  readonly name: string;
  readonly kind: ResourceKind;
  readonly id: string;
}

/** One resource; null where it is none. */
export function readResource(text: unknown): Resource | null {
  if (typeof text !== 'string') return null;
  const colon = text.indexOf(':');
  const kind = RESOURCE_KINDS.find((each) => each === text.slice(0, colon));
  const written = text.slice(colon + 1);
  if (!kind || !isUuid(written)) return null;
  const id = written.toLowerCase();
  return { name: id === written ? text : `${kind}:${id}`, kind, id };
}

/**
 * Each once, in the order given. `at` is where they stand. Errors: 422 naming every one that is none, with its place, and
 * where there are more than 1,000 different ones.
 */
export function readResources(texts: readonly unknown[], at: 'query' | 'body'): Resource[] {
  const resources = new Map<string, Resource>();
  const issues: FieldIssue[] = [];
  for (const [place, text] of texts.entries()) {
    const resource = readResource(text);
    if (resource) resources.set(resource.name, resource);
    else issues.push(malformed(at, place, text));
  }
  if (issues.length > 0) throw refused(issues);
  if (resources.size <= MOST_RESOURCES) return [...resources.values()];
  const msg = `resources must be at most ${MOST_RESOURCES} different ones, not ${resources.size}`;
  throw refused([{ loc: [at, 'resources'], msg, type: 'resources' }]);
}

function malformed(at: string, place: number, text: unknown): FieldIssue {
  const right = RESOURCE_KINDS.map((kind) => `${kind}:<id>`).join(', ');
  const msg = `resource ${place + 1} must be one of ${right}, where <id> is a UUID, not ${shown(text)}`;
  return { loc: [at, 'resources', place], msg, type: 'resource' };
}

function refused(issues: readonly FieldIssue[]): DomainError {
  return new DomainError('invalid', 'validation_failed', issues[0]?.msg ?? '', listedIssues(issues));
}
