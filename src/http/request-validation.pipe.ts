import { Injectable, type ArgumentMetadata, type PipeTransform, type Type } from '@nestjs/common';
import { DomainError, listedIssues, type FieldIssue } from '../kernel/domain-error.js';
import { complaintOf, declaredFields, shown } from './fields/field.js';
import { partsOf } from './fields/object-list.js';
import { isOptionalBody } from './optional-body.js';
import { unstorableValues } from './unstorable-values.js';

type Location = readonly (string | number)[];

/** An object as its class, with everything that is wrong with it. */
interface Read {
  readonly request: object;
  readonly issues: readonly FieldIssue[];
}

/** Checks bodies and queries against their class, all fields at once, and answers 422 with every wrong one. */
@Injectable()
export class RequestValidationPipe implements PipeTransform {
  transform(value: unknown, { type, metatype }: ArgumentMetadata): unknown {
    if ((type !== 'body' && type !== 'query') || metatype === undefined) return value;
    if (value === undefined && isOptionalBody(metatype)) return value;
    const unstorable = unstorableValues(value, [type]);
    if (unstorable.length > 0) throw refused(unstorable);
    if (!isObject(value)) throw refused([issueOfWhole([type], value)]);
    const { request, issues } = readAs(metatype as Type<object>, value, [type]);
    if (issues.length > 0) throw refused(issues);
    return request;
  }
}

/** The request as its class, by the rules of its fields: what is sent is read, and checked where it is not absent. */
function readAs(metatype: Type<object>, value: object, at: Location): Read {
  const fields = declaredFields(metatype);
  const request = Object.create(metatype.prototype as object) as object;
  const issues: FieldIssue[] = [];
  for (const [name, { rule, isAbsent }] of fields) {
    const sent: unknown = Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
    const read = rule.reads && sent !== undefined ? rule.reads(sent) : sent;
    if (read !== undefined) Reflect.set(request, name, read);
    if (!isAbsent(read) && !rule.accepts(read)) issues.push({ loc: [...at, name], ...complaintOf(rule, name, read) });
  }
  for (const name of Object.keys(value)) if (!fields.has(name)) issues.push(unknownField(at, name));
  return { request, issues: issues.length > 0 ? issues : readParts(metatype, request, at) };
}

/** Puts the objects inside of a request in as their classes, and answers what is wrong with them. */
function readParts(metatype: Type<object>, request: object, at: Location): FieldIssue[] {
  return [...partsOf(metatype)].flatMap(([name, { of, isList }]) => {
    const sent: unknown = Reflect.get(request, name);
    const members: unknown[] = isList ? (Array.isArray(sent) ? sent : []) : isObject(sent) ? [sent] : [];
    if (members.length === 0) return [];
    const read = members.map((member, index) => {
      const loc = isList ? [...at, name, index] : [...at, name];
      return isObject(member) ? readAs(of, member, loc) : { request: {}, issues: [issueOfWhole(loc, member)] };
    });
    Reflect.set(request, name, isList ? read.map((member) => member.request) : read[0]?.request);
    return read.flatMap((member) => member.issues);
  });
}

function unknownField(at: Location, name: string): FieldIssue {
  return { loc: [...at, name], msg: `${name} is not a field of this request`, type: 'unknown_field' };
}

/** 422 with all issues, or the first of very many. */
function refused(issues: readonly FieldIssue[]): DomainError {
  const listed = listedIssues(issues);
  return new DomainError('invalid', 'validation_failed', 'The request has values that are not right.', listed);
}

function issueOfWhole(loc: Location, value: unknown): FieldIssue {
  const missing = value === undefined || value === null;
  const msg = missing ? 'a JSON object is required' : `must be a JSON object, not ${shown(value)}`;
  return { loc, msg, type: missing ? 'missing' : 'json_object' };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
