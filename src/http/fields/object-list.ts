import { applyDecorators, type Type } from '@nestjs/common';
import { field, type FieldOptions } from './field.js';

const listsOfClass = new WeakMap<object, Map<string, Type<object>>>();

/** A list of 1 to `max` objects of the class `of`, each checked like a request of its own, at `[..., name, index]`. */
export function ObjectList(
  options: FieldOptions & { readonly of: Type<object>; readonly max: number },
): PropertyDecorator {
  const { of, max } = options;
  const accepts = (value: unknown): boolean => Array.isArray(value) && value.length > 0 && value.length <= max;
  const rule = { type: 'object_list', expected: `a list of 1 to ${max} objects`, accepts };
  return applyDecorators(markAs(of), field(options, rule, { type: [of], minItems: 1, maxItems: max }));
}

/** The lists of objects among the fields of a request class, by name. */
export function objectListsOf(request: Type<object>): ReadonlyMap<string, Type<object>> {
  return listsOfClass.get(request) ?? new Map();
}

function markAs(of: Type<object>): PropertyDecorator {
  return (prototype, name) => {
    const lists = listsOfClass.get(prototype.constructor) ?? new Map<string, Type<object>>();
    listsOfClass.set(prototype.constructor, lists.set(String(name), of));
  };
}
