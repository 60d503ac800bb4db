import { readFileSync } from 'node:fs';

/** The parts of an OpenAPI operation that the router goes by. */
export interface Operation {
  operationId: string;
  /** The command that answers it; else a handler of that `operationId` does. */
  'x-command'?: string;
  /** Parameters that are not described are passed over. */
  'x-lenient'?: boolean;
  /** It takes long enough to hold up everybody else. */
  'x-heavy'?: boolean;
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: object }> };
}

interface Parameter {
  name: string;
  in: 'path' | 'query';
  required?: boolean;
  schema: object;
}

/** OpenAPI 3.1, complete in itself. */
export interface Description {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: object };
}

const shared = '../model/schemas.json#/$defs/';
const own = '#/components/schemas/';

/** Reads `openapi.json` and puts the schemas into it that HTTP shares with MQTT and the commands. */
export function readDescription(): Description {
  const description = readJson('openapi.json').replaceAll(shared, own);
  const schemas = readJson('../model/schemas.json').replaceAll('#/$defs/', own);
  const { $defs } = JSON.parse(schemas) as { $defs: object };
  const document = JSON.parse(description) as Description;
  return { ...document, components: { ...document.components, schemas: $defs } };
}

/** A document with one schema for the parameters of each operation and one for its body: `parametersOf`, `bodyOf`. */
export function inputSchemas({ paths, components }: Description): object {
  const parameters: Record<string, object> = {};
  const bodies: Record<string, object> = {};
  for (const operation of Object.values(paths).flatMap((path) => Object.values(path))) {
    parameters[operation.operationId] = parameterSchema(operation);
    const body = operation.requestBody?.content['application/json'];
    if (body !== undefined) bodies[operation.operationId] = body.schema;
  }
  return { components, parameters, bodies };
}

export function parametersOf({ operationId }: Operation): string {
  return `#/parameters/${operationId}`;
}

export function bodyOf({ operationId }: Operation): string {
  return `#/bodies/${operationId}`;
}

function parameterSchema(operation: Operation): object {
  const { parameters = [], 'x-lenient': isLenient = false } = operation;
  return {
    type: 'object',
    additionalProperties: isLenient,
    properties: Object.fromEntries(parameters.map(({ name, schema }) => [name, schema])),
    required: parameters.filter(({ required }) => required === true).map(({ name }) => name),
  };
}

function readJson(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8');
}
