import type { Config } from '../../config/config.ts';
import type { DeviceReport } from '../../model/report.ts';

type SelectionSettings = Pick<Config['homeAssistant'], 'maximumDevices' | 'include' | 'exclude'>;

/** What a device must be ahead by, and twice as much, to take the place of another. */
const clearLeadBytes = 1_000_000_000;

/**
 * The devices that are described: of those that the lists and the user let through, the ones with the most traffic of
 * this month. Whoever is described stays, until another one used far more. `described`: ids of the last time.
 */
export function selectDevices(
  devices: readonly DeviceReport[],
  settings: SelectionSettings,
  described: ReadonlySet<string>,
): DeviceReport[] {
  const { maximumDevices } = settings;
  const ranked = devices
    .filter((device) => isWanted(device, settings))
    .toSorted((a, b) => monthBytes(b) - monthBytes(a) || (a.id < b.id ? -1 : 1));
  const staying = ranked.filter(({ id }) => described.has(id)).slice(0, maximumDevices);
  const waiting = ranked.filter((device) => !staying.includes(device));
  const first = new Set([...staying, ...waiting.splice(0, maximumDevices - staying.length)]);
  const chosen = ranked.filter((device) => first.has(device));
  for (const challenger of waiting) {
    const weakest = chosen.at(-1);
    if (weakest === undefined || !isFarAhead(challenger, weakest)) break;
    chosen.pop();
    chosen.unshift(challenger);
  }
  const ids = new Set(chosen.map(({ id }) => id));
  return ranked.filter(({ id }) => ids.has(id)).toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function isWanted(device: DeviceReport, { include, exclude }: SelectionSettings): boolean {
  if (isNamedIn(exclude, device)) return false;
  return isNamedIn(include, device) || (include.length === 0 && !device.hidden);
}

/** By id, MAC address, name or address; case does not matter. */
function isNamedIn(list: readonly string[], { id, mac, name, addresses }: DeviceReport): boolean {
  if (list.length === 0) return false;
  const called = new Set([id, mac ?? id, name, ...addresses].map((one) => one.toLowerCase()));
  return list.some((entry) => {
    const wanted = entry.trim().toLowerCase();
    return called.has(wanted) || mac === wanted.replaceAll('-', ':');
  });
}

function isFarAhead(challenger: DeviceReport, weakest: DeviceReport): boolean {
  const [ahead, behind] = [monthBytes(challenger), monthBytes(weakest)];
  return ahead >= 2 * behind && ahead - behind >= clearLeadBytes;
}

function monthBytes({ month }: DeviceReport): number {
  return month.download + month.upload;
}
