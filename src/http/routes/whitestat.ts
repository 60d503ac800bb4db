import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, RequestHandler, Response } from 'express';
import { systemCodeOf } from '../../base/errors.ts';
import {
  formatDay,
  parseDay,
  type Day,
  type PeerRecord,
  type UsageRecord,
} from '../../model/checkpoint.ts';
import { addressOfDeviceId } from '../../model/device.ts';
import type { DeviceReport, Report } from '../../model/report.ts';
import type { HistoryReader } from '../history.ts';
import { createLocalTime } from '../local-time.ts';
import { dayBefore, daysBetween, parametersOf } from '../parameters.ts';
import { BadParameter } from '../problem.ts';

/*
 * The URLs of WhiteStat v9 and v10, for programs that read them. Where it was wrong or cannot be followed:
 * - No rows: an empty `data` array (WhiteStat: an HTML page). `/json/` answers like `/json` (WhiteStat: 404).
 * - Unreadable dates: 400 (WhiteStat: 200 without rows). Unknown parameters are ignored, as there.
 * - LSTDAY_KBIn and LSTDAY_KBOut were the last raw counters of its monitor, never another day's usage; they repeat
 *   the row's own KBIn and KBOut, which is what an untouched day of WhiteStat shows.
 * - LastSeen is known for the last day of a device only. Its older rows, and all rows of remote addresses, say 00:00:00.
 * - MAC of a remote address is the router's if there is exactly one, else empty.
 * - Remote addresses beyond the kept ones are one row per day, whose IP is `other`.
 */
const columns = [
  'IP',
  'MAC',
  'Hostname',
  'LastSeen',
  'KBIn',
  'KBOut',
  'DATE',
  'LSTDAY_KBIn',
  'LSTDAY_KBOut',
  'LOCAL',
] as const;

/** One row of WhiteStat, in the order of `columns`. */
type Row = (string | number)[];

const names = ['start', 'end', 'includePublicIP'] as const;
const longestRangeDays = 3_660;
const blockDays = 7;
const unknownTime = '00:00:00';

/** `GET /json` -> today's devices and remote addresses, largest KBIn first. */
export function showToday(report: () => Report, history: HistoryReader): RequestHandler {
  return async (_request, response) => {
    const { day } = report();
    await sendBlocks(response, blocksOf(report(), history, { from: day, to: day, remote: true }));
  };
}

/**
 * `GET /json/history?start&end&includePublicIP=yes` -> the same for local days, both included, newest first.
 * `start` and `end` are `YYYY-MM-DD` or `YYYY-MM-DD HH:MM:SS` (the time changes nothing) in either order, today where absent.
 */
export function showHistory(report: () => Report, history: HistoryReader): RequestHandler {
  return async (request, response) => {
    const now = report();
    await sendBlocks(response, blocksOf(now, history, parseRange(request, now.day)));
  };
}

interface Range {
  from: Day;
  to: Day;
  /** Include remote addresses. */
  remote: boolean;
}

function parseRange(request: Request, today: Day): Range {
  const given = parametersOf(request, names);
  const start = parseDate('start', given.start, today);
  const end = parseDate('end', given.end, today);
  const [from, to] = start <= end ? [start, end] : [end, start];
  const days = daysBetween(from, to);
  if (days > longestRangeDays) {
    const most = `${longestRangeDays} days can be asked for at once`;
    throw new BadParameter('start', `and end are ${days} days apart; at most ${most}`);
  }
  return { from, to, remote: given.includePublicIP?.toLowerCase() === 'yes' };
}

function parseDate(field: string, text: string | undefined, today: Day): Day {
  if (text === undefined || text === '') return today;
  const [, date = '', time] = /^(\S+)(?: (\S+))?$/.exec(text) ?? [];
  const timeIsGood = time === undefined || /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/.test(time);
  const day = parseDay(date);
  if (day !== undefined && timeIsGood) return day;
  throw new BadParameter(field, 'is not a date such as 2026-11-20 or 2026-11-20 23:59:59');
}

/** The rows in blocks of days, newest first: years of remote addresses do not fit into memory at once. */
function* blocksOf(report: Report, history: HistoryReader, range: Range): Generator<Row[]> {
  const toRows = rowMaker(report);
  let to = range.to;
  while (to >= range.from) {
    const from = Math.max(range.from, dayBefore(to, blockDays - 1));
    const usage = history.usage({ from, to, step: 'day' });
    yield toRows(usage, range.remote ? history.peers(from, to) : []).toSorted(newestAndLargest);
    to = dayBefore(from, 1);
  }
}

/** DATE descending, then KBIn descending. */
function newestAndLargest(a: Row, b: Row): number {
  if (a[6] !== b[6]) return String(a[6]) < String(b[6]) ? 1 : -1;
  return Number(b[4]) - Number(a[4]);
}

function rowMaker(report: Report): (usage: UsageRecord[], peers: PeerRecord[]) => Row[] {
  const devices = new Map(report.devices.map((device) => [device.id, device]));
  const localTime = createLocalTime(report.timeZone);
  const router = onlyRouter(report.devices)?.mac ?? '';
  const local = ({ device: id, start: day, usage }: UsageRecord): Row => {
    const device = devices.get(id);
    const seen = device === undefined ? undefined : localTime(device.lastSeen);
    const lastSeen = seen?.day === day ? seen.time : unknownTime;
    const bytes = { in: usage.download, out: usage.upload };
    return rowOf(day, { ...identityOf(id, device), lastSeen, ...bytes, local: 1 });
  };
  const remote = ({ day, address, usage }: PeerRecord): Row => {
    const who = { ip: address, mac: router, name: address, lastSeen: unknownTime };
    return rowOf(day, { ...who, in: usage.upload, out: usage.download, local: 0 });
  };
  return (usage, peers) => [...usage.map(local), ...peers.map(remote)];
}

function onlyRouter(devices: readonly DeviceReport[]): DeviceReport | undefined {
  const routers = devices.filter(({ router, mac }) => router && mac !== undefined);
  return routers.length === 1 ? routers[0] : undefined;
}

function identityOf(id: string, device: DeviceReport | undefined) {
  return {
    ip: device?.addresses[0] ?? addressOfDeviceId(id) ?? '',
    mac: device?.mac ?? '',
    name: device?.name ?? id,
  };
}

interface RowFields {
  ip: string;
  mac: string;
  name: string;
  lastSeen: string;
  /** Bytes, seen from the row's own side. */
  in: number;
  out: number;
  local: 1 | 0;
}

function rowOf(day: Day, { ip, mac, name, lastSeen, local, ...bytes }: RowFields): Row {
  const [kbIn, kbOut] = [kilobytes(bytes.in), kilobytes(bytes.out)];
  const date = `${formatDay(day)}T00:00:00.000`;
  return [ip, mac, name, lastSeen, kbIn, kbOut, date, kbIn, kbOut, local];
}

/** KB of 1024 bytes, two decimals. */
function kilobytes(bytes: number): number {
  return Math.round((bytes * 100) / 1024) / 100;
}

/** Writes `{"columns": [...], "data": [...]}` block by block. A failure in the first can still become an error answer. */
async function sendBlocks(response: Response, blocks: Iterable<Row[]>): Promise<void> {
  const texts = textsOf(blocks);
  const first = texts.next();
  response.set('Content-Type', 'application/json; charset=utf-8');
  if (first.done !== true) response.write(first.value);
  try {
    await pipeline(Readable.from(texts), response);
  } catch (error) {
    // The client went away: nobody is left to tell.
    if (systemCodeOf(error) !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

/** The answer in pieces; the first one contains the first block. */
function* textsOf(blocks: Iterable<Row[]>): Generator<string> {
  let before = `{"columns":${JSON.stringify(columns)},"data":[`;
  for (const rows of blocks) {
    const text = rows.map((row) => JSON.stringify(row)).join(',');
    if (text === '') continue;
    yield before + text;
    before = ',';
  }
  yield before === ',' ? ']}' : `${before}]}`;
}
