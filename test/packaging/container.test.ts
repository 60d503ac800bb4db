import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const START = 'src/service/container.sh';
const isRoot = process.getuid?.() === 0;
const NET_RAW = '0000000000002000';
const NET_RAW_AND_PORTS = '0000000000002400';

/** What LanLedger would be started with in a container that has these rights (as setpriv(1) writes them). */
function started(rights: string, ...more: string[]) {
  const directory = mkdtempSync(join(tmpdir(), 'lanledger-container-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const program = '#!/bin/sh\ncat /proc/self/status\necho "Arguments: $*"\n';
  writeFileSync(join(directory, 'lanledger'), program, { mode: 0o755 });
  const limits = [`--bounding-set=${rights}`, ...more, 'sh', START, 'run', '--interface', 'eth 1'];
  const env = { ...process.env, PATH: `${directory}:${process.env['PATH'] ?? ''}` };
  const output = execFileSync('setpriv', limits, { encoding: 'utf8', env });
  const valueOf = (key: string) => new RegExp(String.raw`^${key}:\s*(.*)$`, 'm').exec(output)?.[1];
  return {
    ambient: valueOf('CapAmb'),
    noNewPrivileges: valueOf('NoNewPrivs'),
    arguments: valueOf('Arguments'),
  };
}

test.skipIf(!isRoot)(
  'in a container with NET_RAW it may capture, and what it starts gets no more',
  () => {
    expect(started('-all,+net_raw')).toEqual({
      ambient: NET_RAW,
      noNewPrivileges: '1',
      arguments: 'run --interface eth 1',
    });
  },
);

test.skipIf(!isRoot)('ports below 1024 come with it where the container has that right', () => {
  expect(started('-all,+net_raw,+net_bind_service,+chown').ambient).toBe(NET_RAW_AND_PORTS);
});

test.skipIf(!isRoot)('without NET_RAW it is started all the same, to say so itself', () => {
  expect(started('-all,+chown')).toMatchObject({
    ambient: '0000000000000000',
    arguments: 'run --interface eth 1',
  });
});
