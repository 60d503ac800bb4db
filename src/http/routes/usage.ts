import type { Request, RequestHandler } from 'express';
import { formatDay, type UsageQuery, type UsageRecord } from '../../model/checkpoint.ts';
import type { Report } from '../../model/report.ts';
import { addUsage, noUsage, steps, type Step, type Usage } from '../../model/usage.ts';
import type { HistoryReader } from '../history.ts';
import { dayOf, daysBetween, parametersOf, refuseOthers } from '../parameters.ts';
import { BadParameter } from '../problem.ts';

const names = ['from', 'to', 'step', 'devices'] as const;

/** Days one request may ask for: about 75,000 rows in a home of 100 devices, 185,000 for days. */
const longestRange: Record<Step, number> = { hour: 31, day: 1_830, month: 36_600 };

/**
 * `GET /api/v1/usage?from&to&step&devices` -> `{from, to, step, timeZone, devices: [{id, name, usage: [...]}], network: [...]}`.
 * - `from` and `to` are local days `YYYY-MM-DD`, both included, today where absent; `step` is hour, day (where absent)
 *   or month; `devices` is a list of ids, separated by commas, all where absent.
 * - A row is `{start, download, upload, localDownload, localUpload, packets}`, oldest first; `start` is `2026-11-20`,
 *   `2026-11` or the start of the hour in ISO 8601, UTC. Steps without traffic have no row.
 * - Devices are sorted by download, largest first. `network` is the sum of the devices in the answer.
 */
export function showUsage(report: () => Report, history: HistoryReader): RequestHandler {
  return (request, response) => {
    const { timeZone, day: today, devices } = report();
    const query = parseQuery(request, today);
    const nameOf = new Map(devices.map(({ id, name }) => [id, name]));
    const { byDevice, network } = collect(history.usage(query));
    response.json({
      from: formatDay(query.from),
      to: formatDay(query.to),
      step: query.step,
      timeZone,
      devices: byDevice.map(({ id, rows }) => ({
        id,
        name: nameOf.get(id) ?? id,
        usage: rowsBody(rows, query.step),
      })),
      network: rowsBody(network, query.step),
    });
  };
}

function parseQuery(request: Request, today: number): UsageQuery {
  refuseOthers(request, names);
  const given = parametersOf(request, names);
  const from = dayOf('from', given.from, today);
  const to = dayOf('to', given.to, today);
  const step = parseStep(given.step);
  if (from > to) throw new BadParameter('from', `is ${formatDay(from)}, after ${formatDay(to)}`);
  const days = daysBetween(from, to);
  if (days > longestRange[step]) {
    const most = `at most ${longestRange[step]} with step=${step}`;
    throw new BadParameter('from', `begins a range of ${days} days; ${most} can be asked for`);
  }
  const devices = parseDevices(given.devices);
  return devices === undefined ? { from, to, step } : { from, to, step, devices };
}

function parseStep(text = 'day'): Step {
  const step = steps.find((known) => known === text);
  if (step === undefined) throw new BadParameter('step', `is none of ${steps.join(', ')}`);
  return step;
}

function parseDevices(text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined;
  const ids = text.split(',');
  if (ids.includes('')) throw new BadParameter('devices', 'has an empty device id');
  return [...new Set(ids)];
}

/** Usage per start of a step. */
type Rows = Map<number, Usage>;

function collect(records: readonly UsageRecord[]): {
  byDevice: { id: string; rows: Rows }[];
  network: Rows;
} {
  const devices = new Map<string, { rows: Rows; download: number }>();
  const network: Rows = new Map();
  for (const { device: id, start, usage } of records) {
    const device = devices.get(id) ?? { rows: new Map(), download: 0 };
    devices.set(id, device);
    device.download += usage.download;
    addUsage(rowAt(device.rows, start), usage);
    addUsage(rowAt(network, start), usage);
  }
  const byDevice = [...devices]
    .toSorted(([idA, a], [idB, b]) => b.download - a.download || (idA < idB ? -1 : 1))
    .map(([id, { rows }]) => ({ id, rows }));
  return { byDevice, network };
}

function rowAt(rows: Rows, start: number): Usage {
  const row = rows.get(start) ?? noUsage();
  rows.set(start, row);
  return row;
}

function rowsBody(rows: Rows, step: Step): object[] {
  const sorted = [...rows].toSorted(([a], [b]) => a - b);
  return sorted.map(([start, usage]) => rowBody(formatStart(start, step), usage));
}

function rowBody(start: string, usage: Usage): object {
  const { download, upload, localDownload, localUpload, packets } = usage;
  return { start, download, upload, localDownload, localUpload, packets };
}

function formatStart(start: number, step: Step): string {
  if (step === 'hour') return new Date(start).toISOString();
  return step === 'day' ? formatDay(start) : formatDay(start * 100).slice(0, 7);
}
