import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { eventTypes } from '../src/model/event.ts';
import { ledgerPath } from './store/ledger.ts';
import { ControlledDaemon, checkSchema } from './support/control.ts';
import { home, phone, restarted, tablet } from './support/two-devices.ts';

describe('events', () => {
  test('are read page by page, newest first, those of the last moment included', () => {
    const daemon = home();
    for (const name of ['A', 'B', 'C']) daemon.ask('device/rename', { device: phone, name });
    daemon.bookkeeper.events.add('clock-set', 'The clock was set.');
    const page = (input: object) => {
      const { events, next } = daemon.ask('events', input) as {
        events: { id: number }[];
        next: number | null;
      };
      return [events.map(({ id }) => id), next];
    };
    checkSchema('Events', daemon.ask('events'));
    expect(page({ limit: 2 })).toEqual([[4, 3], 3]);
    expect(page({ limit: 2, before: 3 })).toEqual([[2, 1], 1]);
    expect(page({ limit: 2, before: 1 })).toEqual([[], null]);
    expect(page({ type: 'clock-set' })).toEqual([[4], null]);
    expect(page({ type: ['clock-set', 'device-changed'] })).toEqual([[4, 3, 2, 1], null]);
    expect(page({ acknowledged: false })).toEqual([[4], null]);
    expect(page({ acknowledged: true })).toEqual([[3, 2, 1], null]);
    expect(page({ device: 'C' })).toEqual([[3, 2, 1], null]);
    expect(page({ device: '3c52820000ff' })).toEqual([[], null]);
  });
});

describe('events that want attention', () => {
  /** Ids of events that were not acknowledged, as they are asked for. */
  function open(daemon: ControlledDaemon): number[] {
    const { events } = daemon.ask('events', { acknowledged: false }) as {
      events: { id: number; acknowledged: boolean }[];
    };
    expect(events.filter(({ acknowledged }) => acknowledged)).toEqual([]);
    return events.map(({ id }) => id);
  }

  /** Events 1 to 3 are in the ledger, 4 to 6 wait for a checkpoint; 2 and 5 want no attention. */
  function eventful(): ControlledDaemon {
    const daemon = home();
    const { events } = daemon.bookkeeper;
    events.add('device-new', 'New.', { device: phone });
    events.add('device-online', 'Online.', { device: phone });
    events.add('clock-set', 'Set.');
    daemon.bookkeeper.checkpoint();
    events.add('device-new', 'New.', { device: tablet });
    events.add('device-online', 'Online.', { device: tablet });
    events.add('frames-dropped', 'Dropped.');
    return daemon;
  }

  test('are those of the list', () => {
    const { bookkeeper, told } = home();
    for (const type of eventTypes) bookkeeper.events.add(type, 'It happened.');
    const types = told.filter(({ acknowledged }) => !acknowledged).map(({ type }) => type);
    expect(types).toEqual([
      'device-new',
      'interface-down',
      'frames-dropped',
      'clock-set',
      'checkpoint-failed',
      'limit-warning',
      'limit-exceeded',
    ]);
  });

  test('are acknowledged by id, once, whether they are in the ledger or not', () => {
    const daemon = eventful();
    expect(open(daemon)).toEqual([6, 4, 3, 1]);
    const which = { events: [6, 3, 2, 3, 4711] };
    const answer = daemon.ask('events/acknowledge', which);
    checkSchema('EventsAcknowledged', answer);
    expect(answer).toEqual({ acknowledged: 2 });
    expect(daemon.acknowledged).toEqual([[6, 3]]);
    expect(open(daemon)).toEqual([4, 1]);
    expect(daemon.ask('events/acknowledge', which)).toEqual({ acknowledged: 0 });
    expect(daemon.acknowledged).toEqual([[6, 3]]);
    expect(open(restarted(daemon))).toEqual([4, 1]);
  });

  test('are acknowledged up to one of them, of all types or some', () => {
    const daemon = eventful();
    const some = { through: 4, type: ['device-new', 'limit-warning'] };
    expect(daemon.ask('events/acknowledge', some)).toEqual({ acknowledged: 2 });
    expect(open(daemon)).toEqual([6, 3]);
    const one = { through: Number.MAX_SAFE_INTEGER, type: 'clock-set' };
    expect(daemon.ask('events/acknowledge', one)).toEqual({ acknowledged: 1 });
    expect(daemon.ask('events/acknowledge', { through: 5 })).toEqual({ acknowledged: 0 });
    expect(daemon.ask('events/acknowledge', { through: 6 })).toEqual({ acknowledged: 1 });
    expect(open(daemon)).toEqual([]);
    daemon.bookkeeper.events.add('clock-set', 'Set again.');
    expect(open(daemon)).toEqual([7]);
  });

  test('stay acknowledged where the daemon is killed right after its answer', () => {
    const daemon = eventful();
    daemon.ask('events/acknowledge', { through: 4 });
    // The files as they are while it runs: what was not synced is not in them.
    const left = ledgerPath();
    mkdirSync(dirname(left));
    for (const end of ['', '-wal']) copyFileSync(`${daemon.path}${end}`, `${left}${end}`);
    const next = new ControlledDaemon(left);
    expect(open(next)).toEqual([6]);
    expect(next.ask('events', { limit: 3, before: 5 })).toMatchObject({
      events: [
        { id: 4, acknowledged: true },
        { id: 3, acknowledged: true },
        { id: 2, acknowledged: true },
      ],
    });
  });

  test('are acknowledged at once where the ledger cannot be written, and in it as soon as it can be', () => {
    const daemon = eventful();
    const full = vi.spyOn(daemon.store, 'checkpoint').mockImplementation(() => {
      throw new Error('The disk is full.');
    });
    expect(daemon.ask('events/acknowledge', { events: [3, 4] })).toEqual({ acknowledged: 2 });
    expect(daemon.ask('events/acknowledge', { events: [3, 4] })).toEqual({ acknowledged: 0 });
    expect(open(daemon)).toEqual([6, 1]);
    expect(daemon.store.events({ ids: [3] })).toMatchObject([{ acknowledged: false }]);
    full.mockRestore();
    daemon.bookkeeper.checkpoint();
    expect(open(restarted(daemon))).toEqual([6, 1]);
  });

  test.each([
    [{}, 'events', 'events is missing, and so is through: one of them is needed.'],
    [{ events: [1], through: 1 }, 'events', 'events cannot be given together with through'],
    [{ events: [1], type: 'clock-set' }, 'type', 'type can be given with through only.'],
    [{ events: [] }, 'events', 'events is empty.'],
    [
      { events: Array.from({ length: 1001 }, (_, id) => id + 1) },
      'events',
      'events has more than 1000 items.',
    ],
    [{ events: ['1'] }, 'events.0', 'events.0 is not of type integer.'],
    [{ through: 0 }, 'through', 'through is less than 1.'],
    [{ through: 1, type: ['clock-set', 'nonsense'] }, 'type', 'type is none of '],
    [{ through: 1, device: phone }, 'device', 'device is not known here.'],
  ])('are not acknowledged by %j', (input, field, message) => {
    const daemon = eventful();
    expect(daemon.refusal('events/acknowledge', input)).toEqual({
      code: 'REQUEST_INVALID',
      field,
      message: expect.stringContaining(message),
    });
    expect(open(daemon)).toEqual([6, 4, 3, 1]);
  });
});
