import { mkdirSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { newPath, temporaryDirectory } from './store/ledger.ts';
import { pcapFile } from './support/capture-file.ts';
import { runProgram } from './support/program.ts';
import { noon, uploadsAt, write } from './support/replay.ts';

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
      () => temporaryDirectory(),
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
