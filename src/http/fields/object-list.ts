import { applyDecorators, type Type } from '@nestjs/common';
import { field, type FieldOptions } from './field.js';

/** A part of a request that is a request class itself: one object, or a list of them. */
interface Part {
  readonly of: Type<object>;
  readonly isList: boolean;
}

const partsOfClass = new WeakMap<object, Map<string, Part>>();

/** A list of `min` (1 where left out) to `max` objects of the class `of`, each checked like a request of its own, at `[..., name, index]`. */
export function ObjectList(
  options: FieldOptions & { readonly of: Type<object>; readonly max: number; readonly min?: number },
): PropertyDecorator {
  const { of, max, min = 1 } = options;
  const accepts = (value: unknown): boolean => Array.isArray(value) && value.length >= min && value.length <= max;
  const rule = { type: 'object_list', expected: `a list of ${min} to ${max} objects`, accepts };
  return applyDecorators(
    markAs({ of, isList: true }),
    field(options, rule, { type: [of], ...(min > 0 ? { minItems: min } : {}), maxItems: max }),
  );
}

/** One object of the class `of`, checked like a request of its own, at `[..., name]`. */
export function ObjectPart(options: FieldOptions & { readonly of: Type<object> }): PropertyDecorator {
  const accepts = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
  const rule = { type: 'json_object', expected: 'a JSON object', accepts };
  return applyDecorators(markAs({ of: options.of, isList: false }), field(options, rule, { type: options.of }));
}

/** The objects and lists of objects among the fields of a request class, by name. */
export function partsOf(request: Type<object>): ReadonlyMap<string, Part> {
  return partsOfClass.get(request) ?? new Map();
}

function markAs(part: Part): PropertyDecorator {
  return (prototype, name) => {
    const parts = partsOfClass.get(prototype.constructor) ?? new Map<string, Part>();
    partsOfClass.set(prototype.constructor, parts.set(String(name), part));
  };
}
