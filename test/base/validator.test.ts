import { describe, expect, test } from 'vitest';
import { InvalidField } from '../../src/base/errors.ts';
import { createValidator, type Validator } from '../../src/base/validator.ts';

const document = {
  openapi: '3.1.0',
  info: { title: 'A document with schemas in it' },
  paths: { '/a/{id}': { get: { query: { type: 'integer', minimum: 1 } } } },
  $defs: {
    Device: {
      type: 'object',
      additionalProperties: false,
      required: ['name'],
      properties: {
        name: { type: 'string', maxLength: 5, example: 'Pi' },
        kind: { enum: ['phone', 'printer'] },
        limit: { $ref: '#/$defs/Limit' },
        tags: { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 2 },
      },
    },
    Limit: {
      type: 'object',
      properties: { bytes: { type: 'integer', default: 10 }, active: { type: 'boolean' } },
    },
    Sealed: {
      allOf: [{ $ref: '#/$defs/Limit' }],
      unevaluatedProperties: false,
    },
  },
};

/** The field and the reason of a refusal, or undefined. */
function problem(validator: Validator, pointer: string, value: unknown) {
  try {
    validator.check(pointer, value);
    return undefined;
  } catch (error) {
    if (!(error instanceof InvalidField)) throw error;
    expect(error).toMatchObject({
      code: 'REQUEST_INVALID',
      message: `${error.field} ${error.reason}.`,
    });
    return [error.field, error.reason];
  }
}

describe('a value that does not fit is named by field and reason', () => {
  test.each([
    [{ name: 'Pi', kind: 'phone', limit: { bytes: 1 }, tags: ['a'] }, undefined],
    [{ name: 'Raspberry' }, ['name', 'is longer than 5 characters']],
    [{ name: 1 }, ['name', 'is not of type string']],
    [{}, ['name', 'is missing']],
    [{ name: 'Pi', kind: 'fridge' }, ['kind', 'is none of phone, printer']],
    [{ name: 'Pi', owner: 1 }, ['owner', 'is not known here']],
    [{ name: 'Pi', limit: { bytes: 'x' } }, ['limit.bytes', 'is not of type integer']],
    [{ name: 'Pi', tags: ['a', 2] }, ['tags.1', 'is not of type string']],
    [{ name: 'Pi', tags: [] }, ['tags', 'is empty']],
    [{ name: 'Pi', tags: ['a', 'b', 'c'] }, ['tags', 'has more than 2 items']],
    [[], ['The input', 'is not of type object']],
    [{ name: 'Pi', ['x'.repeat(41)]: 1 }, [`${'x'.repeat(40)}...`, 'is not known here']],
  ])('%j', (value, expected) => {
    expect(problem(createValidator(document), '#/$defs/Device', value)).toEqual(expected);
  });

  test('keywords of 2020-12', () => {
    const validator = createValidator(document);
    expect(problem(validator, '#/$defs/Sealed', { bytes: 1 })).toBeUndefined();
    expect(problem(validator, '#/$defs/Sealed', { bytes: 1, more: 2 })).toEqual([
      'more',
      'is not known here',
    ]);
  });

  test('a schema anywhere in the document', () => {
    const pointer = '#/paths/~1a~1{id}/get/query';
    const validator = createValidator(document);
    expect(problem(validator, pointer, 1)).toBeUndefined();
    expect(problem(validator, pointer, 0)).toEqual(['The input', 'is less than 1']);
  });
});

test('defaults are filled in, in place', () => {
  const value = {};
  createValidator(document).check('#/$defs/Limit', value);
  expect(value).toEqual({ bytes: 10 });
});

test('text becomes what the schema asks for only where that is wanted', () => {
  const query = { bytes: '12', active: 'true' };
  expect(problem(createValidator(document), '#/$defs/Limit', { ...query })).toEqual([
    'bytes',
    'is not of type integer',
  ]);
  createValidator(document, { coerce: true }).check('#/$defs/Limit', query);
  expect(query).toEqual({ bytes: 12, active: true });
  expect(
    problem(createValidator(document, { coerce: true }), '#/$defs/Limit', { bytes: '1.5' }),
  ).toEqual(['bytes', 'is not of type integer']);
});

test('a pointer to nothing is a mistake of the program', () => {
  expect(() => createValidator(document).check('#/$defs/Nothing', {})).toThrow(
    /can't resolve reference/,
  );
});
