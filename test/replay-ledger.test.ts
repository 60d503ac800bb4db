import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { noUsage } from '../src/model/usage.ts';
import { replay as replayInto } from '../src/replay.ts';
import { newPath, newStore, temporaryDirectory } from './store/ledger.ts';
import { pcapFile } from './support/capture-file.ts';
import { runProgram, startProgram } from './support/program.ts';
import {
  laptop,
  noon,
  type Output,
  packet,
  phone,
  remote,
  replay,
  uploads,
  uploadsAt,
  usageOf,
  write,
} from './support/replay.ts';

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

  test('history for people tells hours in the time zone of the days', async () => {
    const zone = ['--time-zone', 'Asia/Kathmandu', '--data-directory', newPath('data')];
    const at = '2025-11-20T20:20:00Z';
    await runProgram(['replay', write(pcapFile([packet(laptop, remote, 100, at)])), ...zone]);
    const range = ['--from', '2025-11-21', '--to', '2025-11-21', '--step', 'hour'];
    const { stdout } = await runProgram(['history', ...range, ...zone]);
    expect(stdout).toContain('2025-11-21 02:00');
    expect(stdout).not.toContain('2025-11-20');
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

  test('that is interrupted brings the same file whole the next time', async () => {
    const store = newStore();
    const file = write(pcapFile(uploadsAt(noon, noon)));
    const interruption = new AbortController();
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    const run = (onProgress: () => void, signal: AbortSignal) =>
      replayInto({ file, store, timeZone: 'UTC', local: [], log, signal, onProgress });
    await expect(run(() => interruption.abort(), interruption.signal)).rejects.toThrow(
      `Stopped: ${file} was not read to its end: replay it again for the whole of it.`,
    );
    await run(() => {}, new AbortController().signal);
    const days = store.usage({ from: 0, to: 99_991_231, step: 'day' });
    expect(days.map(({ usage }) => usage.upload)).toEqual([300]);
  });

  test('of a pipe ends with Ctrl+C as the feeder does, shows all and leaves nothing behind', async () => {
    const folder = temporaryDirectory();
    const options = ['--json', '--time-zone', 'UTC'];
    const environment = { TMPDIR: folder };
    const { child, ended } = startProgram(['replay', '-', ...options], { environment });
    const bytes = pcapFile(Array.from({ length: 1000 }, () => packet(laptop, remote, 1400)));
    // More than a pipe holds: the program is at work.
    await new Promise((taken) => child.stdin.write(bytes.subarray(0, -100), taken));
    child.kill('SIGINT');
    child.stdin.end(bytes.subarray(-100));
    const { exitCode, stdout } = await ended;
    expect(exitCode).toBe(0);
    expect(uploads(JSON.parse(stdout) as Output)).toEqual({ '2025-11-20': 1_400_000 });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('of a pipe that stays open ends after a signal, too', async () => {
    const { child, ended } = startProgram(['replay', '-', '--json', '--time-zone', 'UTC']);
    const bytes = pcapFile(Array.from({ length: 1000 }, () => packet(laptop, remote, 1400)));
    await new Promise((taken) => child.stdin.write(bytes, taken));
    child.kill('SIGTERM');
    const { exitCode, stdout } = await ended;
    expect(exitCode).toBe(0);
    expect(uploads(JSON.parse(stdout) as Output)).toEqual({ '2025-11-20': 1_400_000 });
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
