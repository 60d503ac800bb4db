import { readFileSync } from 'node:fs';

/**
 * Packets that an interface received and sent since it exists (Linux, /sys/class/net/NAME/statistics), or undefined where
 * that is not known.
 */
export function countedPackets(name: string): number | undefined {
  const received = counter(name, 'rx_packets');
  const sent = counter(name, 'tx_packets');
  return received === undefined || sent === undefined ? undefined : received + sent;
}

function counter(name: string, which: string): number | undefined {
  try {
    return Number(readFileSync(`/sys/class/net/${name}/statistics/${which}`, 'latin1'));
  } catch {
    return undefined;
  }
}
