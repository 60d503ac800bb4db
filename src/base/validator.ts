import { createRequire } from 'node:module';
import type { Ajv2020, ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import { InvalidField } from './errors.ts';

const require = createRequire(import.meta.url);

/** Checks values against the JSON Schemas (2020-12) of one document. */
export interface Validator {
  /**
   * Throws `InvalidField` where the value does not fit the schema at that JSON pointer of the document
   * (`#/$defs/Device`). Schemas are compiled when they are needed first.
   */
  check(pointer: string, value: unknown): void;
}

export interface ValidatorOptions {
  /** Turns text into the numbers and booleans that the schema asks for, in place: for query parameters. */
  coerce?: boolean;
}

const longestShownName = 40;

/** `document` may hold anything besides schemas, such as an OpenAPI description. Defaults are filled in, in place. */
export function createValidator(
  document: object,
  { coerce = false }: ValidatorOptions = {},
): Validator {
  const compiled = new Map<string, ValidateFunction>();
  let ajv: Ajv2020 | undefined;
  return {
    check(pointer, value) {
      ajv ??= openAjv(document, coerce);
      const validate = compiled.get(pointer) ?? ajv.compile({ $ref: `document${pointer}` });
      compiled.set(pointer, validate);
      if (!validate(value)) throw invalidField(validate.errors?.[0]);
    },
  };
}

/** ajv takes a twentieth of a second to load, and many a run checks nothing. */
function openAjv(document: object, coerceTypes: boolean): Ajv2020 {
  const library = require('ajv/dist/2020.js') as typeof import('ajv/dist/2020.js');
  // The document is not checked against the schema of schemas, whose compilation takes longer than everything else.
  const ajv = new library.Ajv2020({
    useDefaults: true,
    coerceTypes,
    strict: false,
    meta: false,
    validateSchema: false,
    verbose: true,
  });
  return ajv.addSchema(document, 'document');
}

function invalidField(error: ErrorObject | undefined): InvalidField {
  const { instancePath = '', keyword = '', params = {}, message } = error ?? {};
  const values = params as Record<string, unknown>;
  const path = instancePath.slice(1).replaceAll('/', '.');
  const inner =
    values['additionalProperty'] ?? values['unevaluatedProperty'] ?? values['missingProperty'];
  const name = inner === undefined ? undefined : shorten(String(inner));
  const field = [path, name].filter(Boolean).join('.') || 'The input';
  const example = (error?.parentSchema as { examples?: unknown[] } | undefined)?.examples?.[0];
  const reason = reasons[keyword]?.(values, example) ?? message ?? 'is not valid';
  return new InvalidField(field, reason);
}

/** By keyword of JSON Schema: what goes on with "FIELD ...". */
const reasons: Record<string, (params: Record<string, unknown>, example: unknown) => string> = {
  additionalProperties: () => 'is not known here',
  unevaluatedProperties: () => 'is not known here',
  required: () => 'is missing',
  enum: ({ allowedValues }) => `is none of ${(allowedValues as unknown[]).join(', ')}`,
  type: ({ type }) => `is not of type ${String(type).replace(',', ' or ')}`,
  minimum: ({ limit }) => `is less than ${String(limit)}`,
  maximum: ({ limit }) => `is more than ${String(limit)}`,
  minLength: ({ limit }) =>
    limit === 1 ? 'is empty' : `is shorter than ${String(limit)} characters`,
  maxLength: ({ limit }) => `is longer than ${String(limit)} characters`,
  pattern: (_, example) =>
    example === undefined
      ? 'does not have the right form'
      : `is not of a form such as ${String(example)}`,
};

function shorten(text: string): string {
  return text.length > longestShownName ? `${text.slice(0, longestShownName)}...` : text;
}
