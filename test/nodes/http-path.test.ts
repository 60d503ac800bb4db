import { expect, onTestFinished, test } from 'vitest';
import { createHttpClient } from '../../nodes/src/connection/http-client.ts';
import { createHttpPath } from '../../nodes/src/connection/http-path.ts';
import type { LedgerEvent, Target } from '../../nodes/src/connection/ledger.ts';
import { phone, ServedDaemon, tablet } from './served-daemon.ts';

/** A path that asks all the time, and what it told. */
function watchPath(daemon: ServedDaemon, pollMs = 20) {
  const told = {
    targets: new Map<string, Target>(),
    history: [] as Target[],
    events: [] as LedgerEvent[],
    standings: [] as string[],
  };
  const client = createHttpClient({
    url: daemon.url,
    token: daemon.tokens['reader'] ?? '',
    timeoutMs: 5_000,
  });
  const path = createHttpPath({
    client,
    pollMs,
    listener: {
      target(target) {
        told.targets.set(target.id, target);
        told.history.push(target);
      },
      gone: (id) => void told.targets.delete(id),
      event: (event) => void told.events.push(event),
      rates() {},
      standing: ({ state }) => {
        if (told.standings.at(-1) !== state) told.standings.push(state);
      },
    },
  });
  path.open();
  onTestFinished(() => path.close(true));
  return { ...told, path };
}

test('states are asked for again and again; a device that is merged is gone', async () => {
  const daemon = await new ServedDaemon().use(phone, 1).use(tablet, 2).serve();
  const { targets } = watchPath(daemon);
  await expect.poll(() => [...targets.keys()].toSorted()).toEqual([phone, tablet, 'network']);
  daemon.use(phone, 7);
  await expect.poll(() => targets.get(phone)?.today.download).toBe(8);
  daemon.ask('device/merge', { device: phone, into: tablet });
  await expect.poll(() => targets.has(phone)).toBe(false);
  expect(targets.get(tablet)?.today.download).toBe(10);
});

test('the last state of a day has all of it', async () => {
  const daemon = new ServedDaemon('2026-11-30T09:00:00Z').use(phone, 5).use(tablet, 1);
  daemon.ask('group/set', { name: 'Kids', devices: [phone, tablet] });
  await daemon.serve();
  const { targets, history } = watchPath(daemon);
  await expect.poll(() => targets.has('network')).toBe(true);
  // So fast that no question falls between.
  daemon.add({ device: phone, at: daemon.clock.now(), download: 100, upload: 10 }).midnight();
  daemon.add({ device: phone, at: daemon.clock.now(), download: 1 });
  await expect.poll(() => targets.get(phone)?.day).toBe('2026-12-01');
  const lastOf = (id: string) =>
    history.findLast((target) => target.id === id && target.day === '2026-11-30');
  const whole = { download: 105, upload: 10 };
  expect(lastOf(phone)).toMatchObject({ today: whole, month: whole, total: whole });
  expect(lastOf('g1')).toMatchObject({ today: { download: 106, upload: 10 } });
  expect(lastOf('network')).toMatchObject({ month: { download: 106, upload: 10 } });
  expect(targets.get(phone)).toMatchObject({ today: { download: 1 }, total: { download: 106 } });
});

test('a daemon that goes is offline, and is found again', async () => {
  const daemon = await new ServedDaemon().use(phone, 1).serve();
  const { standings } = watchPath(daemon);
  await expect.poll(() => standings).toEqual(['connecting', 'online']);
  await daemon.leaveHttp();
  await expect.poll(() => standings.at(-1)).toBe('offline');
});

test('events that are missed are told after a break', async () => {
  const daemon = await new ServedDaemon().use(phone, 1).serve();
  const { events } = watchPath(daemon);
  await expect.poll(() => daemon.isWatched()).toBe(true);
  daemon.ask('device/rename', { device: phone, name: 'Anna' });
  await expect.poll(() => events.length).toBe(1);
  daemon.breakStreams();
  daemon.ask('device/rename', { device: phone, name: 'Berta' });
  await expect
    .poll(() => events.map(({ message }) => message), { timeout: 20_000 })
    .toEqual(['Private 00:77:01 is called Anna from now on.', 'Anna is called Berta from now on.']);
});
