import Table from 'cli-table3';
import prettyBytes from 'pretty-bytes';
import { AppError } from './base/errors.ts';
import { ledgerPath, type Config } from './config/config.ts';
import { formatDay, type Day } from './model/checkpoint.ts';
import { displayName, isOnline, latestAddresses, type Device } from './model/device.ts';
import { publishedStart } from './model/published.ts';
import { noTotals, type Step, type Usage } from './model/usage.ts';
import { openStore, type StoreReader } from './store/store.ts';
import { Calendar } from './usage/calendar.ts';
import { createHistory } from './history.ts';

/** Prints the devices of the ledger, as of its last checkpoint. */
export function showDevices(
  config: Config,
  { json, all = false }: { json?: boolean; all?: boolean },
): void {
  read(config, (store) => {
    const now = Date.now();
    const totals = store.totals(new Calendar(config.timeZone).day(now));
    const rows = store
      .devices()
      .filter(({ hidden }) => all || !hidden)
      .map((device) => ({ device, ...(totals.get(device.id) ?? noTotals()) }))
      .toSorted((left, right) => right.today.download - left.today.download);
    if (json === true) {
      print({ devices: rows.map(({ device, ...usage }) => ({ ...describe(device), ...usage })) });
      return;
    }
    const offlineAfterMs = config.devices.offlineAfterSeconds * 1000;
    printTable(
      ['Device', 'Address', 'MAC', 'Online', 'Download today', 'Upload today', 'Month', 'Total'],
      rows.map(({ device, today, month, total }) => [
        displayName(device),
        latestAddresses(device)[0]?.[0] ?? '',
        device.mac ?? '',
        isOnline(device, now, offlineAfterMs) ? 'yes' : 'no',
        prettyBytes(today.download),
        prettyBytes(today.upload),
        prettyBytes(month.download + month.upload),
        prettyBytes(total.download + total.upload),
      ]),
    );
  });
}

export interface HistoryOptions {
  json?: boolean;
  from?: Day;
  to?: Day;
  step: Step;
}

/** Prints what each device used in each step, as of the ledger's last checkpoint. */
export function showHistory(config: Config, options: HistoryOptions): void {
  read(config, (store) => {
    const calendar = new Calendar(config.timeZone);
    const today = calendar.day(Date.now());
    const { step, json, from = options.to ?? today, to = Math.max(today, from) } = options;
    if (from > to) {
      const range = `${formatDay(from)} is after ${formatDay(to)}`;
      throw new AppError('REQUEST_INVALID', `${range}: give --from a day before --to.`);
    }
    const nothingPending = { hours: () => [], days: () => [], peers: () => [] };
    const history = createHistory(store, calendar, nothingPending);
    const records = history.usage({ from, to, step });
    const names = new Map(store.devices().map((device) => [device.id, displayName(device)]));
    const rows = records.map((record) => ({
      start: publishedStart(record.start, step),
      device: record.device,
      name: names.get(record.device) ?? record.device,
      ...record.usage,
    }));
    if (json === true) {
      print({ from: formatDay(from), to: formatDay(to), step, usage: rows });
      return;
    }
    printTable(
      ['From', 'Device', ...usageHeadings],
      rows.map((row) => [
        step === 'hour' ? formatLocalHour(row.start, config.timeZone) : row.start,
        row.name,
        ...usageCells(row),
      ]),
    );
  });
}

export const usageHeadings = ['Download', 'Upload', 'Local download', 'Local upload'];

/** The cells under `usageHeadings`. */
export function usageCells(usage: Usage): string[] {
  const { download, upload, localDownload, localUpload } = usage;
  return [download, upload, localDownload, localUpload].map((bytes) => prettyBytes(bytes));
}

/** What machines want to know of a device. */
export function describe(device: Device) {
  const { id, mac, vendor, hidden, router, firstSeen, lastSeen } = device;
  return {
    id,
    mac: mac ?? null,
    name: displayName(device),
    vendor: vendor ?? null,
    hidden,
    router,
    addresses: [...device.addresses.keys()],
    firstSeen: new Date(firstSeen).toISOString(),
    lastSeen: new Date(lastSeen).toISOString(),
  };
}

/** Writes JSON to standard output. */
export function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Writes a table to standard output. */
export function printTable(headings: string[], rows: string[][]): void {
  const noLines = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' };
  const table = new Table({ head: headings, chars: noLines, style: { head: [], border: [] } });
  table.push(...rows);
  process.stdout.write(`${table.toString()}\n`);
}

/** `2026-11-20 14:00` in the time zone of the days. */
function formatLocalHour(instant: string, timeZone: string): string {
  const shape = { dateStyle: 'short', timeStyle: 'short' } as const;
  return new Date(instant).toLocaleString('sv', { timeZone, ...shape });
}

function read(config: Config, work: (store: StoreReader) => void): void {
  const store = openStore(ledgerPath(config), { readonly: true });
  try {
    work(store);
  } finally {
    store.close();
  }
}
