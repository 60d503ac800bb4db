import { openSqlite } from '../../src/store/sqlite.ts';
import { expect, test } from 'vitest';
import type { LedgerEvent } from '../../src/model/event.ts';
import type { Group } from '../../src/model/group.ts';
import type { MarkedLimit } from '../../src/model/checkpoint.ts';
import { openStore } from '../../src/store/store.ts';
import { checkpoint, device, ledgerPath, newStore } from './ledger.ts';

const phone = 'aabbccddeeff';
const limit: MarkedLimit = {
  target: 'g2',
  period: 'billing',
  direction: 'download',
  bytes: Number.MAX_SAFE_INTEGER,
  warningPercent: 80,
};
const id = { target: 'g2', period: 'billing', direction: 'download' } as const;

test('groups are written, changed and removed, and outlive a restart', () => {
  const path = ledgerPath();
  const store = openStore(path);
  expect([store.groups(), store.lastGroupNumber()]).toEqual([[], 0]);
  const one: Group = { id: 'g1', name: 'One', icon: 'mdi:home', devices: [phone, 'ip:192.0.2.1'] };
  const two: Group = { id: 'g2', name: 'Two', devices: [] };
  store.checkpoint(
    checkpoint({
      devices: [device(phone)],
      groups: [one, two].map((group) => ({ id: group.id, group })),
    }),
  );
  expect(store.groups()).toEqual([one, two]);
  const changed: Group = { id: 'g1', name: 'First', devices: [phone] };
  const groups = [
    { id: 'g1', group: changed },
    { id: 'g2', group: null },
    { id: 'g9', group: null },
  ];
  store.checkpoint(checkpoint({ groups }));
  store.close();
  const again = newStore(path);
  expect([again.groups(), again.lastGroupNumber()]).toEqual([[changed], 2]);
});

test('a group that is removed leaves no member behind, and its number is known', () => {
  const path = ledgerPath();
  const store = openStore(path);
  const group: Group = { id: 'g5', name: 'Five', devices: [phone] };
  store.checkpoint(checkpoint({ groups: [{ id: 'g5', group }] }));
  store.checkpoint(checkpoint({ groups: [{ id: 'g5', group: null }] }));
  expect(store.lastGroupNumber()).toBe(5);
  store.close();
  const file = openSqlite(path, { readonly: true });
  expect(file.prepare('SELECT count(*) FROM group_member').pluck().get()).toBe(0);
  file.close();
});

test('limits are written with their mark, changed and removed, and outlive a restart', () => {
  const path = ledgerPath();
  const store = openStore(path);
  const other = { ...limit, target: 'network', period: 'day', direction: 'both' } as const;
  store.checkpoint(
    checkpoint({
      limits: [
        { id, limit },
        { id: { target: 'network', period: 'day', direction: 'both' }, limit: other },
      ],
    }),
  );
  expect(store.limits()).toEqual([limit, other]);
  const marked: MarkedLimit = {
    ...limit,
    bytes: 5,
    mark: { from: 20261101, level: 'exceeded' },
  };
  store.checkpoint(checkpoint({ limits: [{ id, limit: marked }] }));
  store.close();
  const again = newStore(path);
  expect(again.limits()).toEqual([marked, other]);
  again.checkpoint(checkpoint({ limits: [{ id, limit }] }));
  expect(again.limits()).toEqual([limit, other]);
  again.checkpoint(checkpoint({ limits: [{ id, limit: null }] }));
  expect(again.limits()).toEqual([other]);
});

test('a checkpoint that fails changes neither', () => {
  const store = newStore();
  const group: Group = { id: 'g1', name: 'One', devices: [] };
  const broken = checkpoint({
    groups: [{ id: 'g1', group }],
    limits: [{ id, limit: { ...limit, bytes: 0.5 } }],
  });
  expect(() => store.checkpoint(broken)).toThrow();
  expect([store.groups(), store.limits(), store.lastGroupNumber()]).toEqual([[], [], 0]);
});

test('events keep the group and the limit they are about', () => {
  const store = newStore();
  const event: LedgerEvent = {
    id: 1,
    at: 5,
    type: 'limit-warning',
    group: 'g2',
    limit: 'g2/month/both',
    message: 'Much.',
    acknowledged: false,
  };
  store.checkpoint(checkpoint({ events: [event] }));
  expect(store.events({ limit: 1 })).toEqual([event]);
});
