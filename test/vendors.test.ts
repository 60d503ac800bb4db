import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { vendorOf } from '../src/vendors.ts';

test.each([
  ['b8:27:eb:12:34:56', 'Raspberry Pi Foundation'],
  ['00:17:f2:00:00:01', 'Apple, Inc.'],
  ['00:00:00:00:00:01', 'XEROX CORPORATION'],
  ['00:13:01:00:00:01', 'IronGate S.L.'],
  // Blocks that the registry divides among small makers: 28 and 36 bits tell them apart.
  ['5c:f8:38:d1:23:45', 'Watts A\\S'],
  ['70:b3:d5:00:20:01', 'Gogo BA'],
])('%s was made by %s', (mac, vendor) => {
  expect(vendorOf(mac)).toBe(vendor);
});

test.each(['ba:27:eb:12:34:56', '02:07:01:00:00:01'])(
  '%s is randomised: its digits name nobody',
  (mac) => expect(vendorOf(mac)).toBeUndefined(),
);

test.each(['3c:00:00:00:00:01', 'fc:ff:ff:ff:ff:ff'])('nobody registered %s', (mac) => {
  expect(vendorOf(mac)).toBeUndefined();
});

const registryPath = createRequire(import.meta.url).resolve('oui-data');

function macOf(digits: string): string {
  return [...digits.toLowerCase().padEnd(12, '0').matchAll(/../g)].join(':');
}

test('each entry of the registry is found, whatever its place in the file', () => {
  const registry = JSON.parse(readFileSync(registryPath, 'utf8')) as Record<string, string>;
  const isRandomised = (digits: string) => (Number.parseInt(digits.slice(0, 2), 16) & 3) === 2;
  const some = Object.keys(registry).filter(
    (digits, index) => index % 10 === 0 && !isRandomised(digits),
  );
  const wrong = some.filter((digits) => {
    const padded = digits.padEnd(12, '0');
    const longest = [9, 7, 6].map((length) => registry[padded.slice(0, length)]);
    const entry = longest.find((each) => each !== undefined);
    return vendorOf(macOf(digits)) !== entry?.split('\n')[0];
  });
  expect(some.length).toBeGreaterThan(5000);
  expect(wrong).toEqual([]);
});

test('a stranger with made-up addresses does not have the registry read again for each of them', () => {
  const readBytes = () => Number(/^rchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
  vendorOf('00:00:00:00:00:01');
  const before = readBytes();
  for (let count = 0; count < 100; count++) {
    vendorOf(macOf(`3c0000${(count * 40_503).toString(16).padStart(6, '0')}`));
  }
  expect(readBytes() - before).toBeLessThan(readFileSync(registryPath).length);
});
