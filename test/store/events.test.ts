import { describe, expect, test } from 'vitest';
import type { EventType, LedgerEvent } from '../../src/model/event.ts';
import { openStore } from '../../src/store/store.ts';
import { checkpoint, ledgerPath, newStore, usage } from './ledger.ts';

const keepAll = {
  hoursBeforeMs: undefined,
  daysBefore: undefined,
  peersBefore: undefined,
  eventsBeforeMs: undefined,
  peersPerDevice: undefined,
  today: 20261120,
};

function event(id: number, type: EventType, parts: Partial<LedgerEvent> = {}): LedgerEvent {
  return { id, at: id * 1000, type, message: `Event ${id}.`, acknowledged: true, ...parts };
}

const events = [
  event(1, 'daemon-started'),
  event(2, 'device-new', { device: 'a' }),
  event(3, 'device-new', { device: 'b' }),
  event(4, 'device-offline', { device: 'a' }),
  event(5, 'device-online', { device: 'a' }),
];

function ids(found: readonly LedgerEvent[]): number[] {
  return found.map(({ id }) => id);
}

describe('events', () => {
  test('are read newest first as they were written, after a restart too', () => {
    const path = ledgerPath();
    const store = openStore(path);
    expect([store.events({ limit: 9 }), store.lastEventId()]).toEqual([[], 0]);
    store.checkpoint(checkpoint({ events: events.slice(0, 2) }));
    store.checkpoint(checkpoint({ events: events.slice(2) }));
    store.close();
    const again = newStore(path);
    expect(again.events({ limit: 9 })).toEqual(events.toReversed());
    expect(again.lastEventId()).toBe(5);
  });

  test('are found by page, device and type', () => {
    const store = newStore();
    store.checkpoint(checkpoint({ events }));
    expect(ids(store.events({ limit: 2 }))).toEqual([5, 4]);
    expect(ids(store.events({ limit: 2, before: 4 }))).toEqual([3, 2]);
    expect(ids(store.events({ limit: 2, before: 1 }))).toEqual([]);
    expect(ids(store.events({ limit: 9, device: 'a' }))).toEqual([5, 4, 2]);
    expect(ids(store.events({ limit: 9, types: ['device-new'] }))).toEqual([3, 2]);
    expect(ids(store.events({ types: ['device-new', 'device-offline'] }))).toEqual([4, 3, 2]);
    expect(ids(store.events({ ids: [4, 2, 99] }))).toEqual([4, 2]);
    expect(ids(store.events({ types: ['device-new'], device: 'a', before: 5 }))).toEqual([2]);
    expect(ids(store.events({ limit: 9, device: "a' OR 1=1" }))).toEqual([]);
  });

  test('keep the id of a device that was merged, and go with one that is forgotten', () => {
    const store = newStore();
    store.checkpoint(checkpoint({ events }));
    store.checkpoint(checkpoint({ merges: [{ from: 'a', into: 'b' }] }));
    expect(store.events({ limit: 9 })).toEqual(events.toReversed());
    const forgotten = event(6, 'device-forgotten', { device: 'b' });
    const later = event(7, 'clock-set');
    store.checkpoint(
      checkpoint({ merges: [{ from: 'b', into: 'other' }], events: [forgotten, later] }),
    );
    expect(ids(store.events({ limit: 9 }))).toEqual([7, 6, 1]);
  });

  test('belong to their checkpoint: where it is refused, none of them is there', () => {
    const store = newStore();
    const refused = checkpoint({
      events,
      peerNames: [{ address: '192.0.2.1', name: 'Bank' }],
      merges: [{ from: 'a', into: 'b' }],
      days: [{ device: 'a', day: 20261120, usage: usage(0.5) }],
    });
    expect(() => store.checkpoint(refused)).toThrow('cannot store REAL value');
    expect([store.lastEventId(), store.peerNames(), store.merges()]).toEqual([0, new Map(), []]);
    store.checkpoint({ ...refused, days: [] });
    expect([store.lastEventId(), store.peerNames().size, store.merges().length]).toEqual([5, 1, 1]);
  });

  test('stay as they are where their id comes again', () => {
    const store = newStore();
    store.checkpoint(checkpoint({ events }));
    store.checkpoint(
      checkpoint({ events: [event(5, 'clock-set', { at: 1 }), event(6, 'clock-set')] }),
    );
    expect(store.events({ limit: 2 })).toEqual([event(6, 'clock-set'), events[4]]);
  });
});

describe('acknowledged events', () => {
  const waiting = events.map((each) => ({ ...each, acknowledged: each.type !== 'device-new' }));

  test('are those that were, also those of the same checkpoint; unknown ids are passed over', () => {
    const path = ledgerPath();
    const store = openStore(path);
    store.checkpoint(checkpoint({ events: waiting }));
    expect(ids(store.events({ acknowledged: false }))).toEqual([3, 2]);
    const late = event(6, 'clock-set', { acknowledged: false });
    store.checkpoint(checkpoint({ events: [late], acknowledgedEvents: [2, 6, 99] }));
    store.close();
    const again = newStore(path);
    expect(ids(again.events({ acknowledged: false }))).toEqual([3]);
    expect(again.events({ acknowledged: true })).toEqual([
      { ...late, acknowledged: true },
      events[4],
      events[3],
      events[1],
      events[0],
    ]);
  });

  test('are also those that are about to be', () => {
    const store = newStore();
    store.checkpoint(checkpoint({ events: waiting }));
    expect(ids(store.events({ acknowledged: false, limit: 1 }, [3]))).toEqual([2]);
    expect(store.events({ acknowledged: true, types: ['device-new'] }, [3])).toEqual([events[2]]);
    expect(store.events({ ids: [2, 3] }, [3])).toEqual([events[2], waiting[1]]);
  });
});

describe('retention of events', () => {
  test('removes what is too old, by its time and not by its id', () => {
    const store = newStore();
    const early = event(6, 'clock-set', { at: 5 });
    store.checkpoint(checkpoint({ events: [...events, early, event(7, 'clock-set')] }));
    expect(store.prune(keepAll)).toBe(0);
    expect(store.prune({ ...keepAll, eventsBeforeMs: 3000 })).toBe(3);
    expect(ids(store.events({ limit: 9 }))).toEqual([7, 5, 4, 3]);
  });

  test('leaves the newest, so that ids never begin again', () => {
    const store = newStore();
    store.checkpoint(checkpoint({ events }));
    expect(store.prune({ ...keepAll, eventsBeforeMs: Number.MAX_SAFE_INTEGER })).toBe(4);
    expect([ids(store.events({ limit: 9 })), store.lastEventId()]).toEqual([[5], 5]);
  });

  test('keeps 50,000 at most', () => {
    const store = newStore();
    const many = Array.from({ length: 50_002 }, (_, index) => event(index + 1, 'device-online'));
    store.checkpoint(checkpoint({ events: many }));
    expect(store.prune(keepAll)).toBe(2);
    expect(store.prune(keepAll)).toBe(0);
    const kept = ids(store.events({ limit: 60_000 }));
    expect([kept.length, kept[0], kept.at(-1)]).toEqual([50_000, 50_002, 3]);
  });
});
