import { expect, test } from 'vitest';
import {
  readDocument,
  withoutOldEntities,
} from '../../../src/mqtt/home-assistant/found-documents.ts';

const status = 'lanledger/status';
const read = (document: object) => readDocument(JSON.stringify(document), status);
const current = JSON.stringify({ o: 1, cmps: { a: { p: 'sensor', name: 'A' } } });

test.each<[what: string, payload: string]>([
  ['no JSON', '{'],
  ['no object', '7'],
  ['nothing', 'null'],
  ['a list', '[]'],
  ['a document of somebody else', '{"avty_t":"other/status","cmps":{}}'],
])('%s is not ours', (_what, payload) => {
  expect(readDocument(payload, status)).toBeUndefined();
});

test.each<[what: string, cmps: unknown]>([
  ['no components', undefined],
  ['null', null],
  ['a component that is null', { a: null }],
  ['a component without a platform', { a: { name: 'A' } }],
  ['an unknown platform', { a: { p: 'gauge' } }],
  ['an illegal key', { 'a b': { p: 'sensor' } }],
])('%s is nothing to remove', (_what, cmps) => {
  const found = read({ avty_t: status, cmps });
  expect([...(found?.platforms ?? ['none'])]).toEqual([]);
});

test('what is no longer there, or of another platform, is reduced', () => {
  const cmps = { a: { p: 'switch' }, b: { p: 'sensor' }, constructor: { p: 'text' } };
  const found = read({ avty_t: status, cmps })!;
  expect(JSON.parse(withoutOldEntities(current, found)!)).toEqual({
    o: 1,
    cmps: { a: { p: 'switch' }, b: { p: 'sensor' }, constructor: { p: 'text' } },
  });
});

test('what is still there is not', () => {
  const found = read({ avty_t: status, cmps: { a: { p: 'sensor' } } })!;
  expect(withoutOldEntities(current, found)).toBeUndefined();
});
