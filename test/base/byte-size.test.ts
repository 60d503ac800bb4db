import { expect, test } from 'vitest';
import { parseByteSize } from '../../src/base/byte-size.ts';

test.each([
  ['1000000', 1_000_000],
  ['1B', 1],
  ['5kB', 5000],
  ['500MB', 500_000_000],
  ['1.5 GB', 1_500_000_000],
  ['20GiB', 21_474_836_480],
  ['2tb', 2_000_000_000_000],
  ['1TiB', 1_099_511_627_776],
  ['0.5KiB', 512],
  ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ['0', 0],
])('%s is %d bytes', (text, bytes) => {
  expect(parseByteSize(text)).toBe(bytes);
});

const others =
  ',GB,-1GB,1;5GB,1e9,5 apples,5G,1GBx,.5GB,1.GB,1  GB,1GB ,9007199254740992,9999TiB9,99999TB,0x10,Infinity';

test.each(others.split(','))('%j is none', (text) => {
  expect(parseByteSize(text)).toBeUndefined();
});
