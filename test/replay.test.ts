import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { openStore } from '../src/store/store.ts';
import { newPath } from './store/ledger.ts';
import { pcapFile } from './support/capture-file.ts';
import { udpFrame } from './support/packet.ts';
import { MAIN, runProgram } from './support/program.ts';
import {
  gateway,
  laptop,
  noon,
  type Output,
  packet,
  phone,
  remote,
  replay,
  replayPackets,
  uploads,
  uploadsAt,
  usageOf,
  write,
} from './support/replay.ts';

describe('the ledger of a capture file', () => {
  test('tells download, upload and local traffic of each device, its days and the counters', async () => {
    const file = write(
      pcapFile([
        packet(laptop, remote, 100),
        packet(remote, laptop, 1500),
        packet(phone, remote, 200),
        packet(remote, phone, 1400),
        packet(laptop, phone, 60),
      ]),
    );
    const { stderr, ...output } = await replay(file, '--time-zone', 'UTC');
    const seen = { firstSeen: '2025-11-20T12:00:00.000Z', lastSeen: '2025-11-20T12:00:00.000Z' };
    const common = { vendor: null, hidden: false, ...seen };
    expect(stderr).toBe('');
    expect(output).toEqual({
      devices: [
        {
          id: '020000000101',
          mac: '02:00:00:00:01:01',
          name: 'Private 00:01:01',
          router: false,
          addresses: ['192.168.1.10'],
          ...common,
          days: [
            {
              day: '2025-11-20',
              download: 1500,
              upload: 100,
              localDownload: 0,
              localUpload: 60,
              packets: 3,
            },
          ],
        },
        {
          id: '02000000ff01',
          mac: '02:00:00:00:ff:01',
          name: 'Private 00:ff:01',
          router: true,
          addresses: [],
          ...common,
          days: [],
        },
        {
          id: '020000000102',
          mac: '02:00:00:00:01:02',
          name: 'Private 00:01:02',
          router: false,
          addresses: ['192.168.1.11'],
          ...common,
          days: [
            {
              day: '2025-11-20',
              download: 1400,
              upload: 200,
              localDownload: 60,
              localUpload: 0,
              packets: 3,
            },
          ],
        },
      ],
      network: {
        days: [
          {
            day: '2025-11-20',
            download: 2900,
            upload: 300,
            localDownload: 60,
            localUpload: 60,
            packets: 6,
          },
        ],
      },
      counters: {
        frames: 5,
        accounted: 5,
        notIp: 0,
        malformed: 0,
        transit: 0,
        foldedPeers: 0,
        unattributedPackets: 0,
        droppedSightings: 0,
        interfaces: [{ name: file, up: expect.any(Boolean) as boolean, received: 5, dropped: 0 }],
      },
    });
  });

  test('tells the days each device was seen first and last on, not the end of the file', async () => {
    const { devices } = await replayPackets([
      packet(laptop, remote, 100, '2025-11-18T08:00:00Z'),
      packet(laptop, remote, 100, '2025-11-19T08:00:00Z'),
      packet(phone, remote, 100, '2025-11-20T08:00:00Z'),
    ]);
    const seen = devices.filter(({ addresses }) => addresses.length > 0);
    expect(
      seen.map(({ id, firstSeen, lastSeen }) => [
        id,
        firstSeen.slice(0, 10),
        lastSeen.slice(0, 10),
      ]),
    ).toEqual([
      ['020000000101', '2025-11-18', '2025-11-19'],
      ['020000000102', '2025-11-20', '2025-11-20'],
    ]);
  });

  describe('global IPv6', () => {
    const home = { mac: laptop.mac, ip: '2001:db8:1::10' };
    const server = { mac: gateway.mac, ip: '2001:db8:ffff::7' };
    const packets = [packet(home, server, 100), packet(server, home, 1500)];

    test('is on its way through where nobody says what is local', async () => {
      const output = await replayPackets(packets);
      expect(usageOf(output)).toEqual({});
      expect(output.counters).toMatchObject({ accounted: 2, transit: 2 });
    });

    test.each([
      ['one prefix', ['--local', '2001:db8:1::/48']],
      ['several', ['--local', '198.51.100.0/24', '2001:db8:1::/48']],
      ['several in one word', ['--local', '198.51.100.0/24,2001:db8:1::/48']],
    ])('belongs to the device with %s in --local', async (_, options) => {
      const output = await replayPackets(packets, ...options);
      expect(usageOf(output)).toEqual({
        '020000000101': { '2025-11-20': { download: 1500, upload: 100, packets: 2 } },
      });
      expect(output.counters).toMatchObject({ accounted: 2, transit: 0 });
    });
  });

  test('counts the whole packets of a file that was cut, and says so on standard error', async () => {
    const whole = pcapFile(uploadsAt(noon, noon, noon));
    const file = write(whole.subarray(0, whole.length - 1));
    const { stderr, ...output } = await replay(file, '--time-zone', 'UTC');
    expect(uploads(output)).toEqual({ '2025-11-20': 300 });
    expect(output.counters).toMatchObject({ frames: 2, accounted: 2, malformed: 0 });
    const cutAt = whole.length - (16 + 14 + 400);
    expect(stderr.replace(/^[-:\d ]{19}Z /, '')).toBe(
      `warning: ${file} ends in the middle of a packet (at byte ${cutAt}); everything before it was read.\n`,
    );
  });

  test('counts what stands before the damage of a file, says so on standard error, and fails', async () => {
    const whole = pcapFile(uploadsAt(noon, noon, noon));
    const lastAt = whole.length - (16 + 14 + 400);
    new DataView(whole.buffer, whole.byteOffset).setUint32(lastAt + 8, 0x7fff_ffff, true);
    const file = write(whole);
    const { exitCode, stdout, stderr } = await runProgram(['replay', file, '--json']);
    const output = JSON.parse(stdout) as Output;
    expect(uploads(output)).toEqual({ '2025-11-20': 300 });
    expect(output.counters).toMatchObject({ frames: 2, accounted: 2, malformed: 0 });
    expect(stderr).toBe(
      `lanledger: ${file} is damaged at byte ${lastAt}: a packet there claims to be 2147483647 bytes long; everything before it was read.\n`,
    );
    expect(exitCode).toBe(2);
  });

  test('counts the others where an IPv6 packet is too short for its header', async () => {
    const runt = udpFrame({ mac: laptop.mac, ip: 'fe80::1' }, { mac: phone.mac, ip: 'fe80::2' });
    const output = await replayPackets([
      ...uploadsAt(noon),
      { bytes: runt.subarray(0, 45), seconds: Date.parse(noon) / 1000 },
      ...uploadsAt(noon),
    ]);
    expect(output.counters).toMatchObject({ frames: 3, accounted: 2, notIp: 0, malformed: 1 });
    expect(uploads(output)).toEqual({ '2025-11-20': 200 });
  });

  test('holds every byte of a device that talks to 70,000 addresses', async () => {
    const addresses = 70_000;
    const packets = Array.from({ length: addresses }, (_, index) => {
      const { bytes, seconds = 0 } = packet(laptop, remote, 100 + (index % 50));
      // The destination address of the IPv4 header: 100.128.0.0 and on.
      new DataView(bytes.buffer).setUint32(14 + 16, 0x6480_0000 + index);
      return { bytes, seconds };
    });
    const data = newPath('data');
    const output = await replayPackets(packets, '--data-directory', data);
    const bytes = 1400 * (100 * 50 + (49 * 50) / 2);
    expect(usageOf(output)).toEqual({
      '020000000101': { '2025-11-20': { upload: bytes, packets: addresses } },
    });
    expect(output.counters).toMatchObject({ frames: addresses, accounted: addresses });
    const store = openStore(join(data, 'lanledger.db'), { readonly: true });
    const peers = store.peers({ from: 0, to: 99_991_231 });
    store.close();
    expect(peers.reduce((sum, { usage }) => sum + usage.upload, 0)).toBe(bytes);
    expect(peers.filter(({ usage }) => usage.download !== 0)).toEqual([]);
    const itemised = peers.filter(({ address }) => address !== 'other').length;
    expect(itemised + output.counters.foldedPeers).toBe(addresses);
  });

  test('is the same from gzip and from standard input', async () => {
    const bytes = pcapFile(uploadsAt(noon, noon));
    const plain = await replay(write(bytes), '--time-zone', 'UTC');
    const packed = await replay(write(gzipSync(bytes), 'capture.pcap.gz'), '--time-zone', 'UTC');
    expect(uploads(plain)).toEqual({ '2025-11-20': 300 });
    expect(packed.devices).toEqual(plain.devices);
    for (const input of [bytes, gzipSync(bytes)]) {
      const { exitCode, stdout } = await runProgram(
        ['replay', '-', '--json', '--time-zone', 'UTC'],
        { input },
      );
      const piped = JSON.parse(stdout) as Output;
      expect(exitCode).toBe(0);
      expect(piped.devices).toEqual(plain.devices);
      expect(piped.counters.interfaces).toMatchObject([{ name: 'standard input', received: 2 }]);
    }
  });

  test('is a table for people', async () => {
    const file = write(pcapFile(uploadsAt(noon)));
    const { stdout } = await runProgram(['replay', file, '--time-zone', 'UTC']);
    expect(stdout).toMatch(/│ 2025-11-20 │ Private 00:01:01 │ 0 B +│ 100 B +│ 0 B +│ 0 B +│\n/);
    expect(stdout).toMatch(/│ 2025-11-20 │ Network +│ 0 B +│ 100 B +│ 0 B +│ 0 B +│\n/);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(
      '1 frames: 1 with IP packets (0 of them passing through), 0 others, 0 malformed.',
    );
  });
});

test('progress is shown on the terminal and never reaches standard output', (context) => {
  const file = write(pcapFile(uploadsAt(noon)));
  const printed = newPath('printed.json');
  const command = `'${process.execPath}' '${MAIN}' replay '${file}' --json --time-zone UTC > '${printed}'`;
  const recorder: [string, string[]] = ['script', ['-qec', command, '/dev/null']];
  const terminal = spawnSync(...recorder, { encoding: 'utf8' });
  if (terminal.error !== undefined) {
    process.stderr.write(`skipped: ${context.task.name} (needs script(1) of util-linux)\n`);
    context.skip('needs script(1) of util-linux');
  }
  expect(terminal.stdout).toContain(`Reading ${file}: 100 %`);
  expect(uploads(JSON.parse(readFileSync(printed, 'utf8')) as Output)).toEqual({
    '2025-11-20': 100,
  });
});
