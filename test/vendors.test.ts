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

test('nobody registered 3c:00:00', () => {
  expect(vendorOf('3c:00:00:00:00:01')).toBeUndefined();
});
