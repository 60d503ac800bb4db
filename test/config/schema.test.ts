import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { settings } from '../../src/config/settings.ts';
import { load } from './sources.ts';

const schema = JSON.parse(readFileSync('src/config/schema.json', 'utf8')) as object;

/** Strict: refuses keywords it does not know, and types that do not fit them. */
function strictValidator() {
  const ajv = new Ajv2020({ strict: true, useDefaults: true });
  ajv.addKeyword({ keyword: 'reloadable', schemaType: 'boolean' });
  ajv.addKeyword({ keyword: 'expected', schemaType: 'string' });
  return ajv.compile(schema);
}

test('the schema is a strict JSON Schema whose defaults are those of the loader', async () => {
  const config: unknown = { dataDirectory: '/data', timeZone: 'UTC' };
  const isValid = strictValidator()(config);
  expect(isValid).toBe(true);
  const loaded = await load('', {}, { dataDirectory: '/data', timeZone: 'UTC' });
  expect(loaded.config).toEqual(config);
});

test.each(settings)('$key is described in one sentence', ({ schema: { description } }) => {
  expect(description).toMatch(/^\S.{10,125}[^.]\.$/);
  expect(description).not.toMatch(/\. [A-Z]/);
});

test('secrets are marked', () => {
  const secret = settings.filter(({ schema: { writeOnly } }) => writeOnly).map(({ key }) => key);
  expect(secret).toEqual(['mqtt.password', 'mqtt.embedded.password']);
});
