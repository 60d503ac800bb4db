import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { hardwareForwarded } from '../../src/capture/interface-faults.ts';
import { createLab, labProblem } from '../lab/lab.ts';
import { temporaryDirectory } from '../store/ledger.ts';
import { compile } from '../support/compiled.ts';

const noLab = labProblem();
if (noLab !== undefined) process.stderr.write(`skipped: faults of interfaces (${noLab})\n`);

test.skipIf(noLab !== undefined)('ports of bridges, and interfaces that are down', async () => {
  const lab = createLab();
  onTestFinished(() => lab.close());
  const namespace = lab.namespace('gateway');
  const inside = (...command: string[]) =>
    execFileSync('ip', ['netns', 'exec', namespace, ...command], { encoding: 'utf8' });
  inside('ip', 'link', 'add', 'lan0', 'type', 'veth', 'peer', 'name', 'lan1');
  inside('ip', 'link', 'add', 'br0', 'type', 'bridge');
  inside('ip', 'link', 'set', 'lan0', 'master', 'br0', 'up');
  const faults = compile('src/capture/interface-faults.ts', temporaryDirectory());
  const libc = faults.replace('interface-faults.js', 'af-packet/libc.js');
  const ask = (expression: string) => {
    const script = `
      const { interfaceFaults } = await import(${JSON.stringify(faults)});
      const { ethtoolFlags } = await import(${JSON.stringify(libc)});
      console.log(JSON.stringify(${expression}));`;
    return JSON.parse(inside(process.execPath, '--input-type=module', '-e', script)) as unknown;
  };
  expect(ask(`['lan0', 'lan1', 'br0'].map(interfaceFaults)`)).toEqual([
    ['Interface lan0 is a port of the bridge br0, whose other ports it does not show: meter br0.'],
    ['Interface lan1 is down: bring it up ("ip link set lan1 up").'],
    ['Interface br0 is down: bring it up ("ip link set br0 up").'],
  ]);

  // No virtual interface merges frames in hardware; VLAN offloads are told in the same way.
  expect(ask(`['lan1', 'lo', 'none'].map(ethtoolFlags)`)).toEqual([0x180, 0, 0]);
  inside('ethtool', '-K', 'lan1', 'tx-vlan-offload', 'off');
  expect(ask(`ethtoolFlags('lan1')`)).toBe(0x100);
});

test('connections that the network card forwards by itself', () => {
  const table = join(temporaryDirectory(), 'nf_conntrack');
  expect(hardwareForwarded(table)).toBe(undefined);
  const entry = 'ipv4 2 tcp 6 src=192.168.1.20 dst=203.0.113.5 sport=40000 dport=443';
  writeFileSync(table, `${entry} [HW_OFFLOAD] mark=0\n${entry} [ASSURED]\n${entry} [OFFLOAD]\n`);
  expect(hardwareForwarded(table)).toBe(1);
});
