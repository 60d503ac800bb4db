import { createRequire } from 'node:module';
import type * as ajvLibrary from 'ajv/dist/2020.js';
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
  const library = require('ajv/dist/2020.js') as typeof ajvLibrary;
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
  if (error === undefined) return new InvalidField('The input', 'is not valid');
  const params = error.params as Params;
  const path = error.instancePath.slice(1).replaceAll('/', '.');
  const inner = params.additionalProperty ?? params.unevaluatedProperty ?? params.missingProperty;
  const field = [path, inner === undefined ? '' : shorten(inner)].filter(Boolean).join('.');
  const { examples } = (error.parentSchema ?? {}) as { examples?: string[] };
  const reason = reasons[error.keyword]?.(params, examples?.[0]) ?? error.message;
  return new InvalidField(field || 'The input', reason ?? 'is not valid');
}

/** What ajv tells of an error, by keyword. */
interface Params {
  additionalProperty?: string;
  unevaluatedProperty?: string;
  missingProperty?: string;
  allowedValues?: unknown[];
  type?: string | string[];
  limit?: number;
}

/** By keyword of JSON Schema: what goes on with "FIELD ...". */
const reasons: Record<string, (params: Params, example?: string) => string> = {
  additionalProperties: () => 'is not known here',
  unevaluatedProperties: () => 'is not known here',
  required: () => 'is missing',
  enum: ({ allowedValues = [] }) => `is none of ${allowedValues.join(', ')}`,
  type: ({ type = '' }) => `is not of type ${[type].flat().join(' or ')}`,
  minimum: ({ limit }) => `is less than ${limit}`,
  maximum: ({ limit }) => `is more than ${limit}`,
  minLength: ({ limit }) => (limit === 1 ? 'is empty' : `is shorter than ${limit} characters`),
  maxLength: ({ limit }) => `is longer than ${limit} characters`,
  minItems: ({ limit }) => (limit === 1 ? 'is empty' : `has fewer than ${limit} items`),
  maxItems: ({ limit }) => `has more than ${limit} items`,
  minProperties: ({ limit }) => (limit === 1 ? 'is empty' : `has fewer than ${limit} fields`),
  pattern: (_, example) =>
    example === undefined ? 'does not have the right form' : `is not of a form such as ${example}`,
};

function shorten(text: string): string {
  return text.length > longestShownName ? `${text.slice(0, longestShownName)}...` : text;
}
