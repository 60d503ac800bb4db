import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { HostsFile, parseHosts } from '../../src/names/hosts-file.ts';
import { collectLog } from '../support/log-lines.ts';
import { ManualClock } from '../support/manual-clock.ts';

test('names by address: the first name of the first line', () => {
  const text = [
    '127.0.0.1\tlocalhost',
    '127.0.1.1 gateway.lan gateway',
    '::1 ip6-localhost ip6-loopback',
    'ff02::1 ip6-allnodes',
    'fe00::0 ip6-localnet',
    '0.0.0.0 tracker.example',
    '255.255.255.255 broadcasthost',
    '# 192.168.1.4 comment',
    '192.168.1.5\tnas.lan nas  # the big one',
    '  192.168.1.5 second',
    '192.168.1.6#nothing',
    '192.168.1.7',
    '192.168.1.8 bad/name',
    '2001:DB8:0::5 nas6\r',
    '::ffff:192.168.1.9 mapped',
    '300.1.1.1 nowhere',
    'nas 192.168.1.10',
  ].join('\n');
  expect([...parseHosts(text)]).toEqual([
    ['fe00::', 'ip6-localnet'],
    ['192.168.1.5', 'nas.lan'],
    ['2001:db8::5', 'nas6'],
    ['192.168.1.9', 'mapped'],
  ]);
});

test('hundreds of thousands of lines that say nothing', () => {
  expect(parseHosts(`${'no names\n'.repeat(400_000)}192.168.1.5 nas`).size).toBe(1);
});

test('any text', () => {
  assert(
    property(string({ unit: 'binary', maxLength: 300 }), (text) => {
      const names = parseHosts(`${text}\n192.168.1.5 nas\n`);
      expect(names.get('192.168.1.5')).toBe('nas');
    }),
  );
});

test('the file and the configuration change while it runs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lanledger-hosts-'));
  const path = join(folder, 'hosts');
  const config = { hostsFile: path };
  const clock = new ManualClock('2026-11-20T12:00:00Z');
  const { log, lines } = collectLog();
  const hosts = new HostsFile({ config, clock, log });
  const name = () => hosts.nameOf('192.168.1.5');
  try {
    expect(name()).toBeUndefined();
    expect(lines).toEqual([
      `warn: No names from ${path}, because it does not exist: make it readable for LanLedger or change names.hostsFile.`,
    ]);
    writeFileSync(path, '192.168.1.5 nas');
    expect(name()).toBeUndefined();
    clock.pass(60_000);
    expect(name()).toBe('nas');

    writeFileSync(`${path}2`, '192.168.1.5 tv');
    config.hostsFile = `${path}2`;
    expect(name()).toBe('tv');
    config.hostsFile = '';
    expect(name()).toBeUndefined();
    config.hostsFile = path;
    expect(name()).toBe('nas');

    rmSync(path);
    clock.pass(60_000);
    expect(name()).toBeUndefined();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
