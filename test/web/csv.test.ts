import { expect, test } from 'vitest';
import { formatCsv } from '../../src/web/format/csv.ts';

const columns = [
  { title: 'Name', value: ({ name }: { name: string; bytes: number }) => name },
  { title: 'Today, download', value: ({ bytes }: { name: string; bytes: number }) => bytes },
];

test('rows end in CRLF; what contains commas, quotes or line breaks is quoted', () => {
  const rows = [
    { name: 'NAS', bytes: 1_234_567_890 },
    { name: 'Anna’s "big", phone', bytes: 0 },
    { name: 'two\nlines', bytes: 7 },
  ];
  expect(formatCsv(columns, rows)).toBe(
    'Name,"Today, download"\r\n' +
      'NAS,1234567890\r\n' +
      '"Anna’s ""big"", phone",0\r\n' +
      '"two\nlines",7\r\n',
  );
});

test.each(['=cmd', '+1', '-1', '@SUM(A1)', '\tx'])('%j is no formula', (name) => {
  expect(formatCsv(columns.slice(0, 1), [{ name, bytes: 0 }])).toBe(`Name\r\n'${name}\r\n`);
});

test('amounts are whole numbers, and negative ones no text', () => {
  const rows = [
    { name: 'a', bytes: 1.5 },
    { name: 'b', bytes: -2 },
  ];
  expect(formatCsv(columns.slice(1), rows)).toBe('"Today, download"\r\n2\r\n-2\r\n');
});
