import { expect, test } from 'vitest';
import type { Limit } from '../../src/model/limit.ts';
import { LimitTable } from '../../src/usage/limit-table.ts';

const limit: Limit = {
  target: 'network',
  period: 'month',
  direction: 'both',
  bytes: 1000,
  warningPercent: 80,
};
const id = { target: 'network', period: 'month', direction: 'both' } as const;
const key = 'network/month/both';
const mark = { from: 20261101, level: 'warning' } as const;

test('a limit that is set again as it was keeps its mark; a changed one loses it', () => {
  const table = new LimitTable([{ ...limit, mark }]);
  expect(table.put(limit)).toBe(false);
  expect(table.get(key)?.mark).toEqual(mark);
  expect(table.put({ ...limit, warningPercent: 90 })).toBe(true);
  expect(table.get(key)).toEqual({ ...limit, warningPercent: 90 });
  table.mark(key, mark);
  expect(table.put({ ...limit, warningPercent: 90, bytes: 2000 })).toBe(true);
  expect(table.get(key)?.mark).toBeUndefined();
});

test('changes are those since the last commit, marks among them', () => {
  const table = new LimitTable([limit]);
  table.mark(key, undefined);
  expect(table.changes()).toEqual([]);
  table.mark(key, mark);
  expect(table.changes()).toEqual([{ id, limit: { ...limit, mark } }]);
  table.commit();
  table.mark(key, { ...mark });
  expect(table.changes()).toEqual([]);
  table.mark(key, undefined);
  expect(table.changes()).toEqual([{ id, limit }]);
  expect(table.remove(id)).toEqual(limit);
  expect(table.remove(id)).toBeUndefined();
  expect(table.changes()).toEqual([{ id, limit: null }]);
});

test('those of one target go together', () => {
  const table = new LimitTable([]);
  table.put({ ...limit, target: 'g1' });
  table.put({ ...limit, target: 'g1', period: 'day' });
  table.put({ ...limit, target: 'g10' });
  expect(table.removeOf('g1').map(({ period }) => period)).toEqual(['month', 'day']);
  expect([...table.all()].map(({ target }) => target)).toEqual(['g10']);
});

test('a thousand are enough', () => {
  const table = new LimitTable([]);
  for (let number = 0; number < 1000; number++) table.put({ ...limit, target: `g${number + 1}` });
  expect(() => table.put(limit)).toThrow(expect.objectContaining({ field: 'target' }));
  expect(table.put({ ...limit, target: 'g7', bytes: 1 })).toBe(true);
});
