import { Transform } from 'class-transformer';
import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { ValidateBy, ValidateIf, type ValidationArguments } from 'class-validator';
import { listedNames } from '../../kernel/domain-error.js';

/** Carries a field's `sample` to the completion of the OpenAPI document. */
export const SAMPLE = 'x-doorlist-sample';

/** What every field says of itself; validation and the OpenAPI document are both made from it. */
export interface FieldOptions {
  readonly description: string;
  readonly example?: unknown;
  /** An example that Swagger UI does not fill in, for filters that are best left out. */
  readonly sample?: unknown;
  /** Whether it may be left out. Default: it must be sent. */
  readonly optional?: boolean;
  /** Whether null may be sent (in a merge patch: takes the value away). */
  readonly nullable?: boolean;
}

/** A rule for values: a stable name, what is right, and the test. */
export interface FieldRule {
  readonly type: string;
  /** Completes "NAME must be ...". */
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
  /** Turns what was sent into what is checked and handed on, such as an id in capitals. */
  readonly reads?: (value: unknown) => unknown;
  /** The parts of a list that are wrong, which the message names instead of the list. */
  readonly wrongIn?: (value: unknown) => readonly unknown[];
}

/** Separates the rule's name from its message inside class-validator's one string. */
export const RULE_MARK = '\u0001';

const LONGEST_SHOWN = 60;

/** One property of a request: exactly one rule, one clear message, one entry in the OpenAPI document. */
export function field(options: FieldOptions, rule: FieldRule, schema: ApiPropertyOptions): PropertyDecorator {
  const { description, example, sample, optional = false, nullable = false } = options;
  const absent = (value: unknown): boolean => (optional && value === undefined) || (nullable && value === null);
  return applyDecorators(
    (target: object, name: string | symbol) => {
      remember(target, String(name), { rule, isAbsent: absent });
    },
    ...(rule.reads ? [Transform(({ value }: { value: unknown }) => rule.reads?.(value))] : []),
    ValidateIf((_: object, value: unknown) => !absent(value)),
    ValidateBy({
      name: rule.type,
      validator: {
        validate: (value: unknown) => rule.accepts(value),
        defaultMessage: (details?: ValidationArguments) => messageFor(rule, details),
      },
    }),
    ApiProperty({
      description,
      required: !optional,
      nullable,
      ...(example === undefined ? {} : { example }),
      ...(sample === undefined ? {} : { [SAMPLE]: sample }),
      ...schema,
    } as ApiPropertyOptions),
  );
}

function messageFor(rule: FieldRule, details: ValidationArguments | undefined): string {
  const { type, msg } = complaintOf(rule, details?.property ?? 'value', details?.value);
  return `${type}${RULE_MARK}${msg}`;
}

/** What is said of a value that a rule refuses, or that is missing. */
export function complaintOf(rule: FieldRule, name: string, value: unknown): { type: string; msg: string } {
  if (value === undefined) return { type: 'missing', msg: `${name} is required: ${rule.expected}` };
  const wrong = rule.wrongIn?.(value) ?? [];
  const listed = wrong.length > 0 ? listedNames(wrong.map(shown)) : shown(value);
  return { type: rule.type, msg: `${name} must be ${rule.expected}, not ${listed}` };
}

/** A field as it was declared: its rule, and which values count as not sent. */
interface DeclaredField {
  readonly rule: FieldRule;
  readonly isAbsent: (value: unknown) => boolean;
}

const declared = new WeakMap<object, Map<string, DeclaredField>>();
const withInherited = new WeakMap<object, ReadonlyMap<string, DeclaredField>>();

function remember(prototype: object, name: string, field: DeclaredField): void {
  const known = declared.get(prototype) ?? new Map<string, DeclaredField>();
  declared.set(prototype, known.set(name, field));
}

/** The fields of a request class, by name, with those of the classes that it extends. */
export function declaredFields(request: new () => object): ReadonlyMap<string, DeclaredField> {
  const known = withInherited.get(request);
  if (known) return known;
  const fields = new Map<string, DeclaredField>();
  for (let prototype: unknown = request.prototype; prototype instanceof Object;) {
    for (const [name, field] of declared.get(prototype) ?? []) if (!fields.has(name)) fields.set(name, field);
    prototype = Object.getPrototypeOf(prototype);
  }
  withInherited.set(request, fields);
  return fields;
}

/** The rule of a request's field, for values that come in another way than as a request. Throws where it has none. */
export function ruleOf(request: new () => object, name: string): FieldRule {
  const rule = declaredFields(request).get(name)?.rule;
  if (!rule) throw new Error(`${request.name} has no field ${name}.`);
  return rule;
}

/** A wrong value as a message shows it: cut where it is long, and never broken by what it holds. */
export function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}...` : text;
}
