import { InvalidField } from './base/errors.ts';
import type { Groups } from './devices/groups.ts';
import { findDevice } from './devices/naming.ts';
import type { Registry } from './devices/registry.ts';
import type { EventLog } from './event-log.ts';
import {
  daysBetween,
  formatDay,
  parseDay,
  type Day,
  type EventQuery,
  type UsageQuery,
} from './model/checkpoint.ts';
import type { LedgerEvent } from './model/event.ts';
import type { History } from './model/history.ts';
import { publishedEvent, publishedUsageRow, type UsageColumns } from './model/published.ts';
import type { Report } from './model/report.ts';
import type {
  EventSelection,
  PeerSelection,
  RangeSelection,
  UsageRows,
  UsageSelection,
} from './model/selection.ts';
import type { Step } from './model/usage.ts';
import type { Store } from './store/store.ts';
import { createGroupSums } from './usage/group-sums.ts';

export interface QuerySources {
  registry: Registry;
  groups: Groups;
  report: () => Report;
  history: History;
  store: Pick<Store, 'events'>;
  events: EventLog;
  /** The name of a remote address, where one is known. */
  peerName: (address: string) => string | undefined;
}

/** Days one query may span. Longer ranges have no use and would keep the daemon busy. */
const longestRangeDays: Record<Step, number> = { hour: 366, day: 36_600, month: 36_600 };

export type Queries = ReturnType<typeof createQueries>;

/** Answers what is asked of the ledger, in the words of model/schemas.json. */
export function createQueries(sources: QuerySources) {
  const { registry, groups, report, history, store, events, peerName } = sources;

  function rangeOf({ from, to }: RangeSelection): { from: Day; to: Day } {
    const today = report().day;
    const first = dayOf('from', from) ?? dayOf('to', to) ?? today;
    const last = dayOf('to', to) ?? Math.max(today, first);
    if (first <= last) return { from: first, to: last };
    throw new InvalidField('from', `is ${formatDay(first)}, after ${formatDay(last)}`);
  }

  function usageQuery(selection: UsageSelection): UsageQuery {
    const { from, to } = rangeOf(selection);
    const { step = 'day', by } = selection;
    const days = daysBetween(from, to);
    if (days > longestRangeDays[step]) {
      const most = `at most ${longestRangeDays[step]} with step=${step}`;
      throw new InvalidField('from', `begins a range of ${days} days; ${most} can be asked for`);
    }
    const ids = idsOf(selection);
    const whose = ids === undefined ? {} : { devices: [...new Set(ids)] };
    return { from, to, step, by: by === 'network' ? by : 'device', ...whose };
  }

  /** Of the devices whose usage is asked for; undefined for all. */
  function idsOf({ devices, by }: UsageSelection): string[] | undefined {
    const all = [...registry.all()];
    const asked = devices?.flatMap(
      (reference) => groups.find(reference)?.devices ?? findDevice(reference, all).id,
    );
    if (by !== 'group') return asked;
    const members = [...groups.all()].flatMap((group) => group.devices);
    return members.filter((id) => asked?.includes(id) ?? true);
  }

  /** Rows in blocks, oldest first, so that years need no more memory than a month. */
  function usage(selection: UsageSelection): UsageRows {
    const query = usageQuery(selection);
    const { by = 'device', direction } = selection;
    const { timeZone, devices, groups: allGroups } = report();
    const names = new Map([...devices, ...allGroups].map(({ id, name }) => [id, name]));
    const columns: UsageColumns = {
      step: query.step,
      by,
      names,
      ...(direction === undefined ? {} : { direction }),
    };
    const sumsOf = createGroupSums(allGroups);
    function* blocks() {
      for (const records of history.usageRows(query)) {
        const rows = by === 'group' ? sumsOf(records) : records;
        yield rows.map((record) => publishedUsageRow(record, columns));
      }
    }
    const [from, to] = [formatDay(query.from), formatDay(query.to)];
    return { from, to, step: query.step, timeZone, blocks: blocks() };
  }

  /** Newest first: what waits for a checkpoint, then what is in the ledger. */
  function findEvents(query: EventQuery): LedgerEvent[] {
    const waiting = events.pending().filter((event) => fits(event, query));
    const stored = store.events(query, events.acknowledgements());
    return [...waiting.toReversed(), ...stored].slice(0, query.limit);
  }

  return {
    usage,

    peers(selection: PeerSelection) {
      const { from, to } = rangeOf(selection);
      const { limit = 50 } = selection;
      const device =
        selection.device === undefined
          ? undefined
          : findDevice(selection.device, registry.all()).id;
      const query = { from, to, limit, ...(device === undefined ? {} : { device }) };
      const peers = history.topPeers(query).map(({ address, usage: bytes }) => ({
        address,
        name: peerName(address) ?? null,
        download: bytes.download,
        upload: bytes.upload,
      }));
      return { from: formatDay(from), to: formatDay(to), device: device ?? null, peers };
    },

    events(selection: EventSelection) {
      const { limit = 100, device, type, ...rest } = selection;
      const found = findEvents({
        ...rest,
        limit,
        ...(device === undefined ? {} : { device: idOf(device, registry) }),
        ...(type === undefined ? {} : { types: [type].flat() }),
      });
      const next = found.length < limit ? null : (found.at(-1)?.id ?? null);
      return { events: found.map(publishedEvent), next };
    },

    /** Ids of those events that somebody should still look at. */
    unacknowledged: (query: EventQuery): number[] =>
      findEvents({ ...query, acknowledged: false }).map(({ id }) => id),
  };
}

function dayOf(field: string, text: string | undefined): Day | undefined {
  if (text === undefined) return undefined;
  const day = parseDay(text);
  if (day !== undefined) return day;
  throw new InvalidField(field, 'is not a calendar day such as 2026-11-20');
}

/** Events outlive their devices: an id of one that is gone is as good as any. */
function idOf(reference: string, registry: Registry): string {
  return registry.get(reference) === undefined && /^([0-9a-f]{12}|ip:.*|other)$/.test(reference)
    ? reference
    : findDevice(reference, registry.all()).id;
}

function fits(event: LedgerEvent, query: EventQuery): boolean {
  const { ids, before, device, types, acknowledged } = query;
  return (
    (ids === undefined || ids.includes(event.id)) &&
    (before === undefined || event.id < before) &&
    (device === undefined || event.device === device) &&
    (types === undefined || types.includes(event.type)) &&
    (acknowledged === undefined || event.acknowledged === acknowledged)
  );
}
