import { existsSync, readFileSync } from 'node:fs';
import { ethtoolFlags } from './af-packet/libc.ts';
import { describeInterface, masterOf } from './interfaces.ts';

/** <linux/ethtool.h>: received frames are merged in hardware. */
const ETH_FLAG_LRO = 0x8000;

/** What keeps packets from being seen, or shows them in another shape, with what to do: one sentence each. */
export function interfaceFaults(name: string): string[] {
  return [
    ...(describeInterface(name).isUp
      ? []
      : [`Interface ${name} is down: bring it up ("ip link set ${name} up").`]),
    ...masterFaults(name),
    ...((ethtoolFlags(name) & ETH_FLAG_LRO) !== 0
      ? [
          `Interface ${name} merges frames in hardware (LRO), which hides how many there were: run "ethtool -K ${name} lro off".`,
        ]
      : []),
  ];
}

function masterFaults(name: string): string[] {
  const master = masterOf(name);
  if (master === undefined) return [];
  const has = (part: string) => existsSync(`/sys/class/net/${master}/${part}`);
  if (has('bridge')) {
    return [
      `Interface ${name} is a port of the bridge ${master}, whose other ports it does not show: meter ${master}.`,
    ];
  }
  if (!has('bonding')) return [];
  return [
    `Interface ${name} is one of several cables of ${master}, and shows only its share: meter ${master}.`,
  ];
}

/** Connections that the network card forwards by itself never reach LanLedger. Undefined where nobody can know. */
export function hardwareForwarded(conntrack = '/proc/net/nf_conntrack'): number | undefined {
  try {
    return readFileSync(conntrack, 'utf8').split('[HW_OFFLOAD]').length - 1;
  } catch {
    return undefined;
  }
}
