import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** `file`: name; name, and so on to the end of the cell, the bracket or the next file. */
const mention = /`(test\/[\w./-]+\.test\.ts)`: ([^`|)]+)/g;

test('the tests that SECURITY.md names exist', () => {
  const page = readFileSync('SECURITY.md', 'utf8').replaceAll(/\n\s*/g, ' ');
  const named = [...page.matchAll(mention)].flatMap(([, file = '', names = '']) =>
    names.split(';').flatMap((name) => (name.trim() === '' ? [] : [{ file, name: name.trim() }])),
  );
  expect(named.length).toBeGreaterThan(20);
  const missing = named.filter(
    ({ file, name }) => !existsSync(file) || !readFileSync(file, 'utf8').includes(name),
  );
  expect(missing).toEqual([]);
});
