import { compile, type JSONSchema } from 'json-schema-to-typescript';
import { format, resolveConfig } from 'prettier';
import { expect, test } from 'vitest';
import { readDescription, type Operation } from '../../src/http/description.ts';

const FILE = 'src/web/api/operations.ts';
const banner = `// Made from src/http/openapi.json by "npm run docs"; a test fails when it is stale.`;

interface Described extends Operation {
  responses: Record<string, { content?: Record<string, { schema: object }> }>;
}

interface Route {
  id: string;
  method: string;
  path: string;
  operation: Described;
}

/** The operations of the API proper that answer JSON. */
function apiRoutes(): Route[] {
  const { paths } = readDescription();
  return Object.entries(paths)
    .filter(([path]) => path.startsWith('/api/v1/'))
    .flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => ({
        id: operation.operationId,
        method: method.toUpperCase(),
        path,
        operation: operation as Described,
      })),
    )
    .filter(({ operation }) => answerSchema(operation) !== undefined);
}

function answerSchema({ responses }: Described): object | undefined {
  return responses['200']?.content?.['application/json']?.schema;
}

/** What an operation takes: parameters of path and query and the members of its body, as one. */
function inputSchema(operation: Operation): object {
  const { parameters = [], requestBody } = operation;
  const own = {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(parameters.map(({ name, schema }) => [name, schema])),
    required: parameters.filter(({ required }) => required === true).map(({ name }) => name),
  };
  const body = requestBody?.content['application/json']?.schema;
  return body === undefined ? own : parameters.length === 0 ? body : { allOf: [own, body] };
}

function schemaOf(routes: Route[]): JSONSchema {
  const { components } = readDescription();
  const properties = routes.map(({ id, operation }) => [
    id,
    {
      type: 'object',
      additionalProperties: false,
      required: ['input', 'answer'],
      properties: { input: inputSchema(operation), answer: answerSchema(operation) },
    },
  ]);
  const schema = {
    title: 'Operations',
    type: 'object',
    additionalProperties: false,
    required: routes.map(({ id }) => id),
    properties: Object.fromEntries(properties) as object,
    $defs: components.schemas,
  };
  const text = JSON.stringify(schema).replaceAll('#/components/schemas/', '#/$defs/');
  return JSON.parse(text) as JSONSchema;
}

/** Where the client sends each operation, and which members of its input go into the query. */
function table(routes: Route[]): string {
  const rows = routes.map(({ id, method, path, operation: { parameters = [] } }) => {
    const query = parameters.filter(({ in: place }) => place === 'query').map(({ name }) => name);
    return `${id}: ${JSON.stringify({ method, path: path.slice(1), query })},`;
  });
  return `export const routes = {\n${rows.join('\n')}\n} as const;`;
}

test('the types of the dashboard are those of openapi.json', async () => {
  const routes = apiRoutes();
  const types = await compile(schemaOf(routes), 'Operations', {
    bannerComment: banner,
    additionalProperties: false,
    unreachableDefinitions: true,
    format: false,
  });
  // The compiler tells of each type where it found it.
  const plain = types.replaceAll(
    /^ \*( via the `definition`.*| This interface was referenced.*)?\n/gm,
    '',
  );
  const written = `${plain.replaceAll(/^\/\*\*\n \*\/\n/gm, '')}\n/** Paths relative to the dashboard. */\n${table(routes)}\n`;
  const options = { ...(await resolveConfig(FILE)), filepath: FILE };
  await expect(await format(written, options)).toMatchFileSnapshot(`../../${FILE}`);
});
