import type { Device, Target, Usage } from './ledger.ts';

/** Words that the messages of several nodes have in common. */

export interface Amounts extends Usage {
  total: number;
}

/** Bytes by direction, and both together. */
export function amountsOf({ download, upload }: Usage): Amounts {
  return { download, upload, total: download + upload };
}

/** `msg.device` or `msg.group`: who a message is about. The network is neither. */
export function whoOf(target: Target): { device?: object; group?: object } {
  if (target.kind === 'network') return {};
  const { id, name } = target;
  if (target.kind === 'group') return { group: { id, name } };
  const { mac, vendor } = target;
  return { device: { id, name, mac, address: addressOf(target), vendor } };
}

/** The address it had last, an IPv4 one where there is one: people know their devices by those. */
export function addressOf({ addresses }: Pick<Device, 'addresses'>): string | null {
  return addresses.find((address) => address.includes('.')) ?? addresses[0] ?? null;
}

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** For badges: `12.3 GB`. */
export function formatBytes(bytes: number): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  const amount = bytes / 1000 ** power;
  return `${power > 0 && amount < 100 ? amount.toFixed(1) : Math.round(amount)} ${units[power]}`;
}
