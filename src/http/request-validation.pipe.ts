import { Injectable, type ArgumentMetadata, type PipeTransform, type Type } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync, type ValidationError } from 'class-validator';
import { DomainError, type FieldIssue } from '../kernel/domain-error.js';
import { RULE_MARK, shown } from './fields/field.js';
import { unstorableStrings } from './unstorable-strings.js';

const LOCATION = { body: 'body', query: 'query', param: 'path', custom: 'body' } as const;

/** Checks bodies and queries against their class, all fields at once, and answers 422 with every wrong one. */
@Injectable()
export class RequestValidationPipe implements PipeTransform {
  transform(value: unknown, { type, metatype }: ArgumentMetadata): unknown {
    if ((type !== 'body' && type !== 'query') || metatype === undefined) return value;
    const location = LOCATION[type];
    if (!isPlainObject(value)) throw refused([issueOfWhole(location, value)]);
    const unstorable = unstorableStrings(value, [location]);
    if (unstorable.length > 0) throw refused(unstorable);
    const request = plainToInstance(metatype as Type<object>, value);
    const errors = validateSync(request, { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: false });
    const unknown = hasRules(metatype) ? [] : unknownFields(value, location);
    const issues = [...errors.flatMap((error) => issuesOf(error, [location])), ...unknown];
    if (issues.length > 0) throw refused(issues);
    return request;
  }
}

/** 422 with all issues. */
function refused(issues: readonly FieldIssue[]): DomainError {
  return new DomainError('invalid', 'validation_failed', 'The request has values that are not right.', issues);
}

function issueOfWhole(location: string, value: unknown): FieldIssue {
  const missing = value === undefined || value === null;
  const msg = missing ? 'a JSON object is required' : `must be a JSON object, not ${shown(value)}`;
  return { loc: [location], msg, type: missing ? 'missing' : 'json_object' };
}

function issuesOf(error: ValidationError, at: readonly (string | number)[]): FieldIssue[] {
  const loc = [...at, error.property];
  return Object.entries(error.constraints ?? {}).map(([name, text]) => {
    if (name === 'whitelistValidation')
      return { loc, msg: `${error.property} is not a field of this request`, type: 'unknown_field' };
    const [type = name, msg = text] = text.split(RULE_MARK);
    return { loc, msg, type };
  });
}

/** class-validator skips the check for unknown fields on a class without a single rule. */
function hasRules(metatype: object): boolean {
  return getMetadataStorage().getTargetValidationMetadatas(metatype as Type, '', false, false).length > 0;
}

function unknownFields(value: object, location: string): FieldIssue[] {
  return Object.keys(value).map((key) => ({
    loc: [location, key],
    msg: `${key} is not a field of this request`,
    type: 'unknown_field',
  }));
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
