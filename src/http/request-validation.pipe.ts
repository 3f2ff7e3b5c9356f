import { Injectable, type ArgumentMetadata, type PipeTransform, type Type } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { DomainError, listedIssues, type FieldIssue } from '../kernel/domain-error.js';
import { RULE_MARK, complaintOf, declaredFields, shown } from './fields/field.js';
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

function readAs(metatype: Type<object>, value: object, at: Location): Read {
  const fields = declaredFields(metatype);
  const unknown = Object.keys(value).filter((name) => !fields.has(name));
  const request = instanceOf(metatype, value, fields);
  const errors = isRight(request, fields) ? [] : validateSync(request, { forbidUnknownValues: false });
  const issues = [...errors.flatMap((error) => issuesOf(error, at)), ...unknown.map((name) => unknownField(at, name))];
  if (issues.length > 0) return { request, issues };
  return { request, issues: readParts(metatype, request, at) };
}

/** Whether all rules accept the request; what is wrong with it class-validator says, which takes longer to say nothing. */
function isRight(request: object, fields: ReturnType<typeof declaredFields>): boolean {
  for (const [name, { rule, isAbsent }] of fields) {
    const value: unknown = Reflect.get(request, name);
    if (!isAbsent(value) && !rule.accepts(value)) return false;
  }
  return true;
}

/** Puts the objects inside of a request in as their classes, and answers what is wrong with them. */
function readParts(metatype: Type<object>, request: object, at: Location): FieldIssue[] {
  return [...partsOf(metatype)].flatMap(([name, { of, isList }]) => {
    const sent: unknown = Reflect.get(request, name);
    const members: unknown[] = isList ? (Array.isArray(sent) ? sent : []) : isObject(sent) ? [sent] : [];
    if (members.length === 0) return [];
    const fields = declaredFields(of);
    const read = members.map((member, index) => {
      const loc = isList ? [...at, name, index] : [...at, name];
      return isObject(member)
        ? readMember({ of, fields }, member, loc)
        : { request: {}, issues: [issueOfWhole(loc, member)] };
    });
    Reflect.set(request, name, isList ? read.map((member) => member.request) : read[0]?.request);
    return read.flatMap((member) => member.issues);
  });
}

/** The same as `readAs` for one of thousands: by the rules alone, without what class-validator does around each. */
function readMember(
  { of, fields }: { readonly of: Type<object>; readonly fields: ReturnType<typeof declaredFields> },
  value: object,
  at: Location,
): Read {
  const request = Object.create(of.prototype as object) as object;
  const issues: FieldIssue[] = [];
  for (const [name, { rule, isAbsent }] of fields) {
    const sent: unknown = Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
    const read = rule.reads ? rule.reads(sent) : sent;
    if (read !== undefined) Reflect.set(request, name, read);
    if (!isAbsent(read) && !rule.accepts(read)) {
      const { type, msg } = complaintOf(rule, name, read);
      issues.push({ loc: [...at, name], msg, type });
    }
  }
  const unknown = Object.keys(value).filter((name) => !fields.has(name));
  issues.push(...unknown.map((name) => unknownField(at, name)));
  return { request, issues: issues.length > 0 ? issues : readParts(of, request, at) };
}

function unknownField(at: Location, name: string): FieldIssue {
  return { loc: [...at, name], msg: `${name} is not a field of this request`, type: 'unknown_field' };
}

/**
 * The request as its class. Only plain values go through class-transformer: free JSON would lose members that are named
 * like those of Object.prototype, and lists of thousands of ids would take longer than their question.
 */
function instanceOf(metatype: Type<object>, value: object, known: ReturnType<typeof declaredFields>): object {
  const members = Object.entries(value);
  // Most queries.
  if (members.length === 0) return new metatype();
  const plain: Record<string, unknown> = {};
  const whole: Record<string, unknown> = {};
  for (const [name, sent] of members) {
    const rule = known.get(name)?.rule;
    if (!rule) continue;
    if (!isWhole(sent)) plain[name] = sent;
    else whole[name] = rule.reads && !isFreeJson(sent) ? rule.reads(sent) : sent;
  }
  return Object.assign(plainToInstance(metatype, plain), whole);
}

function isWhole(value: unknown): boolean {
  return Array.isArray(value) || isObject(value);
}

function isFreeJson(value: unknown): boolean {
  return Array.isArray(value) ? value.some((item) => typeof item === 'object') : isObject(value);
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

function issuesOf(error: ValidationError, at: Location): FieldIssue[] {
  return Object.entries(error.constraints ?? {}).map(([name, text]) => {
    const [type = name, msg = text] = text.split(RULE_MARK);
    return { loc: [...at, error.property], msg, type };
  });
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
