import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { MonitorCounters } from '../src/model/batch.ts';
import { noUsage, type Usage } from '../src/model/usage.ts';
import { openStore } from '../src/store/store.ts';
import { pcapFile, type FilePacket } from './support/capture-file.ts';
import { udpFrame, type End } from './support/packet.ts';
import { MAIN, runProgram, startProgram } from './support/program.ts';

const laptop = { mac: '02:00:00:00:01:01', ip: '192.168.1.10' };
const phone = { mac: '02:00:00:00:01:02', ip: '192.168.1.11' };
const gateway = { mac: '02:00:00:00:ff:01', ip: '192.168.1.1' };
const remote = { mac: gateway.mac, ip: '203.0.113.7' };
const noon = '2025-11-20T12:00:00Z';

type DayUsage = { day: string } & Usage;

interface Output {
  devices: {
    id: string;
    addresses: string[];
    firstSeen: string;
    lastSeen: string;
    days: DayUsage[];
  }[];
  network: { days: DayUsage[] };
  counters: MonitorCounters;
}

/** Each run starts a process of its own, and the machine may be busy. */
vi.setConfig({ testTimeout: 30_000 });

let directory: string;
let number = 0;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'lanledger-replay-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A new path for each call. */
function newPath(name: string): string {
  return join(directory, `${++number}-${name}`);
}

function write(bytes: Uint8Array, name = 'capture.pcap'): string {
  const path = newPath(name);
  writeFileSync(path, bytes);
  return path;
}

/** An IP packet of `bytes` at a time in ISO 8601. */
function packet(from: End, to: End, bytes: number, at = noon): FilePacket {
  const payload = bytes - (from.ip.includes(':') ? 48 : 28);
  return { bytes: udpFrame(from, to, { payload }), seconds: Date.parse(at) / 1000 };
}

/** Runs `replay --json`, which must print one line of JSON and nothing else. */
async function replay(file: string, ...options: string[]): Promise<Output & { stderr: string }> {
  const { exitCode, stdout, stderr } = await runProgram(['replay', file, '--json', ...options]);
  expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout.indexOf('\n')).toBe(stdout.length - 1);
  return { ...(JSON.parse(stdout) as Output), stderr };
}

function replayPackets(packets: readonly FilePacket[], ...options: string[]) {
  return replay(write(pcapFile(packets)), '--time-zone', 'UTC', ...options);
}

/** What is not zero, by device id and day. */
function usageOf({ devices }: Output): Record<string, Record<string, Partial<Usage>>> {
  return Object.fromEntries(
    devices
      .filter(({ days }) => days.length > 0)
      .map(({ id, days }) => [
        id,
        Object.fromEntries(days.map(({ day, ...usage }) => [day, withoutZeros(usage)])),
      ]),
  );
}

function withoutZeros(usage: Usage): Partial<Usage> {
  return Object.fromEntries(Object.entries(usage).filter(([, bytes]) => bytes !== 0));
}

/** Upload of the laptop by day. */
function uploads(output: Output): Record<string, number> {
  const days = output.devices.find(({ id }) => id === '020000000101')?.days ?? [];
  return Object.fromEntries(days.map(({ day, upload }) => [day, upload]));
}

/** The laptop uploads once at each time: 100, 200, 400, ... bytes, so that every sum tells which are in it. */
function uploadsAt(...times: string[]): FilePacket[] {
  return times.map((at, index) => packet(laptop, remote, 100 * 2 ** index, at));
}

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

describe('days', () => {
  const aroundMidnight = uploadsAt('2025-11-20T22:59:59Z', '2025-11-20T23:00:00Z');

  test.each([
    ['UTC', { '2025-11-20': 300 }],
    ['Europe/Berlin', { '2025-11-20': 100, '2025-11-21': 200 }],
    ['Asia/Tokyo', { '2025-11-21': 300 }],
  ])('begin in %s', async (timeZone, days) => {
    expect(uploads(await replayPackets(aroundMidnight, '--time-zone', timeZone))).toEqual(days);
  });

  test('of the network are those of its devices', async () => {
    const { network } = await replayPackets([
      packet(laptop, remote, 100, '2025-11-20T23:59:59Z'),
      packet(phone, remote, 200, '2025-11-21T00:00:00Z'),
      packet(remote, laptop, 400, '2025-11-21T00:00:01Z'),
    ]);
    expect(network.days).toEqual([
      { ...noUsage(), day: '2025-11-20', upload: 100, packets: 1 },
      { ...noUsage(), day: '2025-11-21', upload: 200, download: 400, packets: 2 },
    ]);
  });

  test.each([
    ['23', '2025-03-30', '2025-03-29T23:00:00Z', ['2025-03-29', '2025-03-31']],
    ['25', '2025-10-26', '2025-10-25T22:00:00Z', ['2025-10-25', '2025-10-27']],
  ])('of %s hours when the clocks change in Berlin', async (hours, day, begin, [before, after]) => {
    const start = Date.parse(begin);
    const times = Array.from(
      { length: Number(hours) + 2 },
      (_, hour) => start + (hour - 1) * 3.6e6,
    );
    // The last second of the day before, then the first second of every hour, the next midnight among them.
    times[0] = start - 1000;
    const packets = times.map((at, hour) =>
      packet(laptop, remote, 100 + hour, new Date(at).toISOString()),
    );
    const data = newPath('data');
    const zone = ['--time-zone', 'Europe/Berlin', '--data-directory', data];
    const inDay = Array.from({ length: Number(hours) }, (_, hour) => 101 + hour);
    expect(uploads(await replayPackets(packets, ...zone))).toEqual({
      [before as string]: 100,
      [day]: inDay.reduce((sum, bytes) => sum + bytes, 0),
      [after as string]: 101 + Number(hours),
    });
    const history = ['history', '--json', '--step', 'hour', '--from', day, '--to', day, ...zone];
    const { usage } = JSON.parse((await runProgram(history)).stdout) as {
      usage: { start: string; upload: number }[];
    };
    expect(usage.map(({ upload }) => upload)).toEqual(inDay);
    expect(usage[0]?.start).toBe(new Date(start).toISOString());
  });

  test.each([
    {
      story: 'a clock that was not set until the network told it',
      times: ['1970-01-01T00:00:05Z', '1970-01-01T00:40:00Z', noon, '2025-11-21T12:00:00Z'],
      days: { '2025-11-20': 700, '2025-11-21': 800 },
    },
    {
      story: 'a clock that falls back to 1970 in between',
      times: ['2025-11-19T12:00:00Z', '1970-01-01T00:00:05Z', noon],
      days: { '2025-11-19': 300, '2025-11-20': 400 },
    },
    {
      story: 'years ahead and back',
      times: ['2025-11-19T12:00:00Z', '2100-01-01T12:00:00Z', '2100-01-02T12:00:00Z', noon],
      days: { '2025-11-19': 700, '2025-11-20': 800 },
    },
    {
      story: 'years ahead from the start',
      times: ['2100-01-01T12:00:00Z', '2100-01-02T12:00:00Z', noon],
      days: { '2025-11-20': 700 },
    },
    {
      story: 'years back and forward',
      times: ['2025-11-19T12:00:00Z', '2019-06-01T12:00:00Z', noon],
      days: { '2019-06-01': 200, '2025-11-19': 100, '2025-11-20': 400 },
    },
    {
      story: 'nothing but 1970',
      times: ['1970-01-01T00:00:05Z', '1970-01-01T12:00:00Z'],
      days: { '1970-01-01': 300 },
    },
  ])('$story: right, and not a byte is lost', async ({ times, days }) => {
    const output = await replayPackets(uploadsAt(...times));
    expect(uploads(output)).toEqual(days);
    expect(output.counters).toMatchObject({ frames: times.length, accounted: times.length });
  });
});

describe('is refused in one sentence, with nothing on standard output', () => {
  const randomBytes = Uint8Array.from({ length: 4096 }, (_, index) => (index * 7919 + 13) >>> 3);

  test.each<[string, () => string, (file: string) => string]>([
    [
      'a file of random bytes',
      () => write(randomBytes),
      (file) => `${file} is not a capture file; name a file in pcap or pcapng format.`,
    ],
    [
      'an empty file',
      () => write(new Uint8Array(0)),
      (file) => `${file} is empty; name a file in pcap or pcapng format.`,
    ],
    [
      'a missing file',
      () => newPath('missing.pcap'),
      (file) => `${file} cannot be opened: there is no such file; check the path.`,
    ],
    [
      'a directory',
      () => directory,
      (file) =>
        `${file} is a directory, not a capture file; name a pcap or pcapng file or pipe one in.`,
    ],
  ])('%s', async (_, makeFile, sentence) => {
    const file = makeFile();
    const temporary = newPath('temporary');
    mkdirSync(temporary);
    const ending = await runProgram(['replay', file, '--json'], {
      environment: { TMPDIR: temporary },
    });
    expect(ending).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `lanledger: ${sentence(file)}\n`,
    });
    expect(readdirSync(temporary)).toEqual([]);
  });

  test('nothing on standard input', async () => {
    expect(await runProgram(['replay', '-', '--json'])).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: 'lanledger: standard input is empty; name a file in pcap or pcapng format.\n',
    });
  });

  test.each([
    [
      ['--local', '192.168.1'],
      '--local "192.168.1" is no prefix: use a form such as 192.0.2.0/24 or 2001:db8::/48.',
    ],
    [
      ['--local', '192.0.2.0/24,2001:db8::/129'],
      '--local "2001:db8::/129" is no prefix: use a form such as 192.0.2.0/24 or 2001:db8::/48.',
    ],
    [
      ['--time-zone', 'Mars/Base'],
      'timeZone is "Mars/Base": use a name such as Europe/Berlin or UTC.',
    ],
  ])('%j', async (options, sentence) => {
    const file = write(pcapFile(uploadsAt(noon)));
    expect(await runProgram(['replay', file, '--json', ...options])).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `lanledger: ${sentence}\n`,
    });
  });
});

describe('--data-directory', () => {
  test('keeps the ledger, which history and devices read back', async () => {
    const data = newPath('data');
    const options = ['--json', '--time-zone', 'UTC', '--data-directory', data];
    const first = write(pcapFile([packet(laptop, remote, 100), packet(remote, phone, 1500)]));
    const second = write(pcapFile([packet(laptop, remote, 200), packet(laptop, phone, 60)]));
    await runProgram(['replay', first, ...options]);
    const replayed = JSON.parse(
      (await runProgram(['replay', second, ...options])).stdout,
    ) as Output;
    const day = '2025-11-20';
    expect(usageOf(replayed)).toEqual({
      '020000000101': { [day]: { upload: 300, localUpload: 60, packets: 3 } },
      '020000000102': { [day]: { download: 1500, localDownload: 60, packets: 2 } },
    });

    const history = await runProgram(['history', ...options, '--from', day, '--to', day]);
    expect(history.stderr).toBe('');
    const ofLaptop = { ...noUsage(), upload: 300, localUpload: 60, packets: 3 };
    const ofPhone = { ...noUsage(), download: 1500, localDownload: 60, packets: 2 };
    expect(JSON.parse(history.stdout)).toEqual({
      from: day,
      to: day,
      step: 'day',
      usage: [
        { start: day, device: '020000000101', name: 'Private 00:01:01', ...ofLaptop },
        { start: day, device: '020000000102', name: 'Private 00:01:02', ...ofPhone },
      ],
    });

    const devices = await runProgram(['devices', ...options]);
    const listed = (JSON.parse(devices.stdout) as { devices: object[] }).devices;
    expect(listed).toHaveLength(3);
    expect(listed).toMatchObject([
      { id: '020000000101', today: noUsage(), month: noUsage(), total: ofLaptop },
      { id: '02000000ff01', router: true, today: noUsage(), month: noUsage(), total: noUsage() },
      { id: '020000000102', today: noUsage(), month: noUsage(), total: ofPhone },
    ]);
  });

  test('takes a file once', async () => {
    const options = ['--time-zone', 'UTC', '--data-directory', newPath('data')];
    const file = write(pcapFile(uploadsAt(noon, noon)));
    expect((await replay(file, ...options)).stderr).toBe('');
    const { stderr, ...again } = await replay(file, ...options);
    expect(uploads(again)).toEqual({ '2025-11-20': 300 });
    expect(stderr.replace(/^[-:\d ]{19}Z /, '')).toBe(
      `warning: ${file} is part of this ledger already: nothing was added.\n`,
    );
  });

  test('has one writer at a time', async () => {
    const data = newPath('data');
    const options = ['--json', '--time-zone', 'UTC', '--data-directory', data];
    const bytes = pcapFile(Array.from({ length: 1000 }, () => packet(laptop, remote, 1400)));
    const { child, ended } = startProgram(['replay', '-', ...options]);
    // More than a pipe holds: it is taken over only once the first run reads, and so has the ledger.
    await new Promise((taken) => child.stdin.write(bytes, taken));

    const file = write(pcapFile(uploadsAt(noon)));
    expect(await runProgram(['replay', file, ...options])).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `lanledger: Another LanLedger already writes the ledger ${data}/lanledger.db: stop it first, or give this one another dataDirectory.\n`,
    });

    child.stdin.end();
    const { exitCode, stdout } = await ended;
    expect(exitCode).toBe(0);
    expect(uploads(JSON.parse(stdout) as Output)).toEqual({ '2025-11-20': 1_400_000 });
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
