import * as fc from 'fast-check';
import { hostileTexts } from './hostile-values.ts';
import { resolve, type Document, type Schema } from './openapi-document.ts';

/** Values that fit and mean something where they are asked: by the name of their schema. */
export type Known = Record<string, readonly string[]>;

/** Values of schemas: those that fit, those that do not, and a mixture. */
export function createValues(document: Document, known: Known) {
  const hostile: fc.Arbitrary<unknown> = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...hostileTexts) },
    { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 80 }) },
    { weight: 1, arbitrary: fc.double() },
    { weight: 1, arbitrary: fc.maxSafeInteger() },
    { weight: 1, arbitrary: fc.constantFrom(null, true, false, -1, 0, 1e308, [], [[]], {}) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  );

  function fitting(schema: Schema): fc.Arbitrary<unknown> {
    if (schema.$ref !== undefined) {
      const name = schema.$ref.split('/').at(-1) ?? '';
      const target = resolve(document, schema.$ref) as Schema;
      const meant = Object.hasOwn(known, name) ? known[name] : undefined;
      if (meant === undefined) return fitting(target);
      return fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...meant) },
        { weight: 1, arbitrary: fitting(target) },
      );
    }
    if (schema.const !== undefined) return fc.constant(schema.const);
    if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
    if (schema.oneOf !== undefined) return fc.oneof(...schema.oneOf.map(fitting));
    const types = [schema.type ?? 'null'].flat();
    return fc.oneof(...types.map((type) => ofType(type, schema)));
  }

  function ofType(type: string, schema: Schema): fc.Arbitrary<unknown> {
    switch (type) {
      case 'string':
        return ofText(schema);
      case 'integer':
        return ofInteger(schema);
      case 'boolean':
        return fc.boolean();
      case 'array':
        return fc.array(any(schema.items ?? {}), { minLength: 0, maxLength: 5 });
      case 'object':
        return ofObject(schema, any);
      default:
        return fc.constant(null);
    }
  }

  /** A member that is required is absent now and then, and there is one too many. */
  function ofObject(
    { properties = {} }: Schema,
    member: (schema: Schema) => fc.Arbitrary<unknown>,
  ): fc.Arbitrary<unknown> {
    const members = Object.entries(properties).map(([name, value]) => [name, member(value)]);
    const model = Object.fromEntries(members) as Record<string, fc.Arbitrary<unknown>>;
    const some = fc.record(model, { requiredKeys: [] });
    return fc.oneof(
      { weight: 4, arbitrary: fc.record(model) },
      { weight: 3, arbitrary: some },
      { weight: 1, arbitrary: some.map((record) => ({ ...record, unknown: 1 })) },
    );
  }

  function any(schema: Schema): fc.Arbitrary<unknown> {
    return fc.oneof({ weight: 4, arbitrary: fitting(schema) }, { weight: 1, arbitrary: hostile });
  }

  return { fitting, any };
}

function ofText({ pattern, minLength = 0, maxLength = 100 }: Schema): fc.Arbitrary<string> {
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  return fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, 100) });
}

function ofInteger({ minimum = -1e9, maximum = 1e9 }: Schema): fc.Arbitrary<number> {
  const edges = [minimum - 1, minimum, minimum + 1, maximum - 1, maximum, maximum + 1];
  return fc.oneof(fc.constantFrom(...edges), fc.integer({ min: minimum, max: 2_000 }));
}

/** The text of a value, cut somewhere. */
export function truncated(value: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  return fc
    .tuple(value, fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([whole, part]) => JSON.stringify(whole).slice(0, Math.floor(part * 60)));
}

/** The text of a value with members that are none of its own. */
export function polluted(value: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  return value.map((whole) =>
    JSON.stringify(whole).replace('{', '{"__proto__":{"hidden":true},"constructor":{},'),
  );
}
