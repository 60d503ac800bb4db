import { describe, expect, test } from 'vitest';
import { decodeDhcp } from '../../src/decode/dhcp.ts';
import {
  androidRequest,
  bytesOf,
  dhcpMessage,
  dhcpOption,
  dnsName,
  partialDnsName,
  viewOf,
  windowsRenewal,
  type DhcpFields,
} from '../support/sighting-messages.ts';

const phone = 'da:a1:19:3c:5e:07';

function decode(bytes: Uint8Array) {
  return decodeDhcp(viewOf(bytes), 0, bytes.length);
}

function decodeMessage(fields: Omit<DhcpFields, 'chaddr'>) {
  return decode(dhcpMessage({ chaddr: phone, ...fields }));
}

describe('names', () => {
  test('an Android phone asks for an address: its name, but no address yet', () => {
    expect(decode(androidRequest)).toEqual({ mac: phone, hostname: 'Pixel-8' });
  });

  test('a Windows PC renews: name from option 81, address in use', () => {
    expect(decode(windowsRenewal)).toEqual({
      mac: '3c:52:82:6f:1b:aa',
      ip: '192.168.1.23',
      hostname: 'DESKTOP-7QK3P',
    });
  });

  test.each([
    ['ASCII', 0x00, bytesOf('pc.home.lan')],
    ['ASCII with a zero byte', 0x01, bytesOf('pc\0')],
    ['DNS encoding', 0x05, dnsName('pc.home.lan')],
    ['DNS encoding of a partial name', 0x04, partialDnsName('pc')],
  ])('option 81 in %s', (_, flags, name) => {
    const option = dhcpOption(81, flags, 0, 0, name);
    expect(decodeMessage({ options: [option] })).toEqual({ mac: phone, hostname: 'pc' });
  });

  test.each([
    ['is empty', bytesOf(0, 0, 0)],
    ['is too short', bytesOf(0)],
    ['is in ASCII where it promised DNS encoding', bytesOf(4, 0, 0, 'laptop')],
    ['names nobody', bytesOf(0, 0, 0, 'localhost')],
  ])('option 12 counts where option 81 %s', (_, value) => {
    const options = [dhcpOption(12, 'pc'), dhcpOption(81, value)];
    expect(decodeMessage({ options })).toEqual({ mac: phone, hostname: 'pc' });
  });

  test('zero bytes after the name do not belong to it', () => {
    expect(decodeMessage({ options: [dhcpOption(12, 'tv\0\0')] })?.hostname).toBe('tv');
  });

  test('padding may stand between options', () => {
    const options = [0, 0, dhcpOption(53, 1), 0, dhcpOption(12, 'tv')];
    expect(decodeMessage({ options })?.hostname).toBe('tv');
  });

  test('a name that says nothing is no news', () => {
    expect(decodeMessage({ options: [dhcpOption(12, 'localhost')] })).toBeUndefined();
    expect(decodeMessage({ options: [dhcpOption(12)] })).toBeUndefined();
    expect(decodeMessage({ options: [] })).toBeUndefined();
  });
});

describe('addresses', () => {
  const yiaddr = '192.168.1.57';
  const ciaddr = '192.168.1.57';

  test('an acknowledged one counts', () => {
    const message = { op: 2, yiaddr, options: [dhcpOption(53, 5), dhcpOption(12, 'Pixel-8')] };
    expect(decodeMessage(message)).toEqual({ mac: phone, ip: yiaddr, hostname: 'Pixel-8' });
  });

  test.each([
    ['an offered one', { op: 2, yiaddr, options: [dhcpOption(53, 2)] }],
    ['a refused one', { op: 2, yiaddr, options: [dhcpOption(53, 6)] }],
    ['one a client puts into the server’s field', { yiaddr, options: [dhcpOption(53, 5)] }],
    ['the answer to an inform, which has none', { op: 2, ciaddr, options: [dhcpOption(53, 5)] }],
    ['one of a reply without type', { op: 2, yiaddr, options: [] }],
    ['a given up one', { ciaddr, options: [dhcpOption(53, 7)] }],
    ['the broadcast address', { ciaddr: '255.255.255.255', options: [dhcpOption(53, 3)] }],
    ['one only asked for', { options: [dhcpOption(53, 3), dhcpOption(50, [192, 168, 1, 57])] }],
  ])('%s does not', (_, fields) => {
    expect(decodeMessage(fields)).toBeUndefined();
  });

  test.each([
    ['renewed', 3],
    ['set by hand', 8],
  ])('one in use and %s counts', (_, type) => {
    expect(decodeMessage({ ciaddr, options: [dhcpOption(53, type)] })).toEqual({
      mac: phone,
      ip: ciaddr,
    });
  });
});

describe('option overload', () => {
  const name = bytesOf(dhcpOption(12, 'tv'), 255);
  const type = bytesOf(dhcpOption(53, 3), 255);
  const ciaddr = '192.168.1.57';
  const full = { mac: phone, ip: ciaddr, hostname: 'tv' };

  test.each([
    ['the file field', 1, { file: bytesOf(dhcpOption(12, 'tv'), dhcpOption(53, 3), 255) }],
    ['the sname field', 2, { sname: bytesOf(dhcpOption(53, 3), dhcpOption(12, 'tv'), 255) }],
    ['both', 3, { file: type, sname: name }],
  ])('options continue in %s', (_, overload, fields) => {
    expect(decodeMessage({ ciaddr, ...fields, options: [dhcpOption(52, overload)] })).toEqual(full);
  });

  test('without it those fields are no options', () => {
    expect(decodeMessage({ file: name, sname: type, options: [] })).toBeUndefined();
  });

  test('options that run out of their field spoil the message', () => {
    const file = bytesOf(12, 127, 'tv');
    const options = [dhcpOption(12, 'tv'), dhcpOption(52, 1)];
    expect(decodeMessage({ file, options })).toBeUndefined();
  });
});

describe('malformed', () => {
  test.each([
    ['another hardware type', 1, 6],
    ['another address length', 2, 8],
    ['no magic cookie', 236, 0],
    ['a group address', 28, 0x01],
    ['an option beyond the end', 241, 255],
  ])('%s', (_, at, value) => {
    const message = windowsRenewal.slice();
    message[at] = value;
    expect(decode(message)).toBeUndefined();
  });

  test('a message that is cut before its end mark', () => {
    const end = windowsRenewal.lastIndexOf(255);
    expect(decode(windowsRenewal.slice(0, end + 1))).toEqual(decode(windowsRenewal));
    for (let length = 0; length <= end; length++) {
      expect(decode(windowsRenewal.slice(0, length))).toBeUndefined();
    }
  });
});
