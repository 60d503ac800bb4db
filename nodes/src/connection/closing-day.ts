import { sum, type Target, type Usage, type UsageRow } from './ledger.ts';

/** The targets as they were at the end of the day that `rows` (by device) tell of. */
export function closeDay(targets: Iterable<Target>, rows: readonly UsageRow[]): Target[] {
  const none = { download: 0, upload: 0 };
  const byDevice = new Map(rows.map((row) => [row.device, row]));
  const usageOf = (id: string): Usage => byDevice.get(id) ?? none;
  return [...targets].map((target) => {
    if (target.kind === 'network') return withToday(target, sum(rows));
    if (target.kind === 'group') return withToday(target, sum(target.devices.map(usageOf)));
    return withToday(target, usageOf(target.id));
  });
}

/** What was missing of the day was missing of its month and the total, too. */
function withToday(target: Target, today: Usage): Target {
  const add = (amounts: Usage): Usage => ({
    download: amounts.download + today.download - target.today.download,
    upload: amounts.upload + today.upload - target.today.upload,
  });
  return {
    ...target,
    today: add(target.today),
    month: add(target.month),
    total: add(target.total),
  };
}
