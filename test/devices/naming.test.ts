import { describe, expect, test } from 'vitest';
import { cleanName, findDevice, requireUnique } from '../../src/devices/naming.ts';
import { device } from '../store/ledger.ts';

const phone = device('020000000001', {
  mac: '02:00:00:00:00:01',
  names: { dhcp: 'Phone' },
  addresses: new Map([['192.168.1.7', 100]]),
});
const tablet = device('020000000002', {
  mac: '02:00:00:00:00:02',
  names: { user: 'Küche' },
  addresses: new Map([['192.168.1.7', 200]]),
});
const routed = device('ip:192.168.50.7', { addresses: new Map([['192.168.50.7', 5]]) });
const all = [phone, tablet, routed];

describe('a name', () => {
  test.each([
    ['  Kitchen   tablet ', 'Kitchen tablet'],
    ['Ku\u0308che', 'Küche'],
    ['a'.repeat(64), 'a'.repeat(64)],
    ['😀'.repeat(64), '😀'.repeat(64)],
    ['👩\u200d👧', '👩\u200d👧'],
    ['<b>"&;\'', '<b>"&;\''],
  ])('%j is kept as %j', (name, kept) => {
    expect(cleanName(name)).toBe(kept);
  });

  test.each([
    ['', 'is empty'],
    [' \t ', 'is empty'],
    ['a'.repeat(65), 'is longer than 64 characters'],
    ['a\u0000b', 'has characters that cannot be seen'],
    ['a\u202eb', 'has characters that cannot be seen'],
    ['a\ud800', 'has characters that cannot be seen'],
    ['\u200d', 'has characters that cannot be seen'],
  ])('%j is refused', (name, reason) => {
    expect(() => cleanName(name)).toThrow(
      expect.objectContaining({ code: 'REQUEST_INVALID', field: 'name', reason }),
    );
  });

  test('that the user gave to another device is taken, in any case; names devices give themselves are not', () => {
    expect(() => requireUnique('KÜCHE', phone.id, all)).toThrow(
      expect.objectContaining({ code: 'NAME_TAKEN' }),
    );
    expect(() => requireUnique('Küche', tablet.id, all)).not.toThrow();
    expect(() => requireUnique('Phone', tablet.id, all)).not.toThrow();
  });
});

describe('a device is found', () => {
  test.each([
    ['020000000001', phone],
    ['02:00:00:00:00:01', phone],
    ['02-00-00-00-00-02', tablet],
    [' KÜCHE ', tablet],
    ['phone', phone],
    ['192.168.50.7', routed],
    ['ip:192.168.50.7', routed],
  ])('by %j', (reference, found) => {
    expect(findDevice(reference, all)).toBe(found);
  });

  test('by an address: the one that used it last', () => {
    expect(findDevice('192.168.1.7', all)).toBe(tablet);
  });

  test('or not, and the sentence says so', () => {
    expect(() => findDevice('nobody', all)).toThrow(
      expect.objectContaining({ code: 'DEVICE_UNKNOWN', message: 'There is no device "nobody".' }),
    );
    const twin = device('020000000003', { names: { mdns: 'Phone' } });
    expect(() => findDevice('Phone', [...all, twin])).toThrow(
      expect.objectContaining({
        code: 'REQUEST_INVALID',
        message:
          '2 devices are called "Phone" (020000000001, 020000000003): use the id of the one you mean.',
      }),
    );
  });
});
