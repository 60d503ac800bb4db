import { describe, expect, test } from 'vitest';
import type { MarkedLimit } from '../../src/model/checkpoint.ts';
import { bytesOf, forecastBytes, judge, levelOf } from '../../src/usage/limits.ts';

const limit: MarkedLimit = {
  target: 'network',
  period: 'month',
  direction: 'both',
  bytes: 1000,
  warningPercent: 80,
};
const from = 20261101;

describe('the level', () => {
  test.each([
    [0, 'ok'],
    [799, 'ok'],
    [800, 'warning'],
    [999, 'warning'],
    [1000, 'exceeded'],
    [5000, 'exceeded'],
  ] as const)('at %d bytes of 1000 with a warning at 80 percent is %s', (usedBytes, level) => {
    expect(levelOf(limit, usedBytes)).toBe(level);
  });

  test.each([
    [1, 1, 0, 'ok'],
    [1, 1, 1, 'exceeded'],
    [3, 50, 1, 'ok'],
    [3, 50, 2, 'warning'],
    [1000, 100, 999, 'ok'],
    [Number.MAX_SAFE_INTEGER, 100, Number.MAX_SAFE_INTEGER - 1, 'ok'],
    [Number.MAX_SAFE_INTEGER, 100, Number.MAX_SAFE_INTEGER, 'exceeded'],
  ] as const)('of %d bytes, %d percent, at %d is %s', (bytes, warningPercent, usedBytes, level) => {
    expect(levelOf({ ...limit, bytes, warningPercent }, usedBytes)).toBe(level);
  });

  test('counts the direction of the limit', () => {
    const usage = { download: 5, upload: 2 };
    expect(bytesOf(usage, 'download')).toBe(5);
    expect(bytesOf(usage, 'upload')).toBe(2);
    expect(bytesOf(usage, 'both')).toBe(7);
  });
});

describe('what is to be told', () => {
  const judged = (mark: MarkedLimit['mark'], usedBytes: number) =>
    judge(mark === undefined ? limit : { ...limit, mark }, { from, usedBytes });

  test('is nothing below the warning', () => {
    expect(judged(undefined, 799)).toEqual({ level: 'ok', mark: undefined });
  });

  test('is each level once', () => {
    const warning = { from, level: 'warning' } as const;
    const exceeded = { from, level: 'exceeded' } as const;
    expect(judged(undefined, 800)).toEqual({ level: 'warning', raised: 'warning', mark: warning });
    expect(judged(warning, 999)).toEqual({ level: 'warning', mark: warning });
    expect(judged(warning, 1000)).toEqual({
      level: 'exceeded',
      raised: 'exceeded',
      mark: exceeded,
    });
    expect(judged(exceeded, 2000)).toEqual({ level: 'exceeded', mark: exceeded });
  });

  test('is only the higher one where both are reached at once', () => {
    expect(judged(undefined, 1000)).toMatchObject({ raised: 'exceeded' });
  });

  test('is not taken back where usage moves away', () => {
    const mark = { from, level: 'exceeded' } as const;
    expect(judged(mark, 0)).toEqual({ level: 'exceeded', mark });
  });

  test('is the end of a period in which something was raised, and what the next one begins with', () => {
    const closed = { from: 20261001, level: 'warning' } as const;
    expect(judged(closed, 0)).toEqual({ level: 'ok', closed, mark: undefined });
    expect(judged(closed, 900)).toEqual({
      level: 'warning',
      raised: 'warning',
      closed,
      mark: { from, level: 'warning' },
    });
  });

  test('does not heed what was raised in a later one, and keeps it until something else is', () => {
    const later = { from: 20300101, level: 'exceeded' } as const;
    expect(judged(later, 10)).toEqual({ level: 'ok', mark: later });
    const mark = { from, level: 'warning' };
    expect(judged(later, 900)).toEqual({ level: 'warning', raised: 'warning', mark });
  });
});

describe('the forecast', () => {
  const day = 86_400_000;

  test.each([
    [300, 10 * day, 30 * day, 900],
    [300, 30 * day, 30 * day, 300],
    [300, 31 * day, 30 * day, 300],
    [7, 3 * day, 30 * day, 70],
    [0, 5 * day, 30 * day, 0],
    [100, day / 2, 30 * day, 3000],
    [100, 0, 30 * day, 3000],
    [100, -5, 30 * day, 3000],
    [1, 3 * day, 7 * day, 2],
  ])('of %d bytes after %d ms of %d is %d', (usedBytes, elapsedMs, periodMs, bytes) => {
    expect(forecastBytes(usedBytes, elapsedMs, periodMs)).toBe(bytes);
  });
});
