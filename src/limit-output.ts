import prettyBytes from 'pretty-bytes';
import { print, printTable } from './ledger-output.ts';
import type { publishedGroup, publishedLimits } from './model/published.ts';

export function showGroups(answer: unknown, json = false): void {
  if (json) return print(answer);
  const { groups } = answer as { groups: ReturnType<typeof publishedGroup>[] };
  printTable(
    ['Id', 'Name', 'Devices', 'Online', 'Download today', 'Upload today', 'Month'],
    groups.map(({ id, name, devices, devicesOnline, today, month }) => [
      id,
      name,
      devices.join(' '),
      String(devicesOnline),
      prettyBytes(today.download),
      prettyBytes(today.upload),
      prettyBytes(month.download + month.upload),
    ]),
  );
}

export function showLimits(answer: unknown, json = false): void {
  if (json) return print(answer);
  const { limits } = answer as { limits: ReturnType<typeof publishedLimits> };
  printTable(
    ['Id', 'Name', 'From', 'Next', 'Used', 'Limit', 'Share', 'Level'],
    limits.map(({ id, name, from, next, usedBytes, bytes, level }) => [
      id,
      name,
      from,
      next,
      prettyBytes(usedBytes),
      prettyBytes(bytes),
      `${((100 * usedBytes) / bytes).toFixed(1)} %`,
      level,
    ]),
  );
}
