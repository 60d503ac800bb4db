/** The parts of a served OpenAPI 3.1 description that tests go by. */
export interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, Schema>;
    responses: Record<string, Response>;
  };
}

export interface Operation {
  operationId: string;
  'x-command'?: string;
  parameters?: { name: string; in: 'path' | 'query'; required?: boolean; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, Response | { $ref: string }>;
}

export interface Response {
  content?: Record<string, { schema: Schema }>;
}

export interface Schema {
  $ref?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  oneOf?: Schema[];
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
}

export interface DescribedOperation extends Operation {
  path: string;
  method: string;
}

export function operationsOf({ paths }: Document): DescribedOperation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, path, method })),
  );
}

/** What a JSON pointer within the document (`#/components/schemas/Device`) stands for. */
export function resolve(document: Document, pointer: string): unknown {
  const parts = pointer.slice(2).split('/');
  return parts.reduce<unknown>(
    (value, part) => (value as Record<string, unknown>)[part.replaceAll('~1', '/')],
    document,
  );
}
