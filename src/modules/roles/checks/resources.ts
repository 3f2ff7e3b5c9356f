import { DomainError, listedIssues, type FieldIssue } from '../../../kernel/domain-error.js';
import { UUID_FORM } from '../../../kernel/ids.js';
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

/** A kind, a colon, and the form of a UUID in either case. */
const RESOURCE = new RegExp(`^(?:${RESOURCE_KINDS.join('|')}):${UUID_FORM}$`);

/** One resource; null where it is none. */
export function readResource(text: unknown): Resource | null {
  if (typeof text !== 'string' || !RESOURCE.test(text)) return null;
  const name = text.toLowerCase();
  const colon = name.indexOf(':');
  return { name, kind: name.slice(0, colon) as ResourceKind, id: name.slice(colon + 1) };
}

/**
 * Each once, in the order given. `at` is where they stand. Errors: 422 naming every one that is none, with its place, and
 * where there are more than 1,000 different ones.
 */
export function readResources(texts: readonly unknown[], at: 'query' | 'body'): Resource[] {
  const read = texts.map(readResource);
  const resources = read.filter((resource) => resource !== null);
  if (resources.length < read.length) {
    throw refused(read.flatMap((resource, place) => (resource ? [] : [malformed(at, place, texts[place])])));
  }
  const names = new Set(resources.map(({ name }) => name));
  if (names.size === resources.length && names.size <= MOST_RESOURCES) return resources;
  if (names.size <= MOST_RESOURCES) return resources.filter(({ name }) => names.delete(name));
  const msg = `resources must be at most ${MOST_RESOURCES} different ones, not ${names.size}`;
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
