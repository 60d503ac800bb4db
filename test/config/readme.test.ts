import { readFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { expect, test } from 'vitest';
import { settings } from '../../src/config/settings.ts';

const README = 'README.md';
const markers = /(<!-- settings: .*-->\n)[^]*(<!-- end of settings -->)/;

/** The table of all keys, in Markdown. */
function table(): string {
  const rows = settings.map(({ key, schema }) =>
    [
      `\`${key}\`${schema.reloadable === true ? ' ↻' : ''}`,
      isEmpty(schema.default) ? '' : `\`${String(schema.default)}\``,
      schema.description.replaceAll('|', '\\|'),
    ].join(' | '),
  );
  return ['Key | Default | Meaning', '--- | --- | ---', ...rows].join('\n');
}

function isEmpty(value: unknown): boolean {
  return value === '' || (Array.isArray(value) && value.length === 0);
}

/** `npm run docs` runs this test so that it writes what it else compares. */
test('README.md has the table of all keys', async () => {
  const readme = readFileSync(README, 'utf8');
  expect(readme).toMatch(markers);
  const written = readme.replace(markers, (_, start, end) => `${start}\n${table()}\n\n${end}`);
  const options = { ...(await resolveConfig(README)), filepath: README };
  await expect(await format(written, options)).toMatchFileSnapshot(`../../${README}`);
});
