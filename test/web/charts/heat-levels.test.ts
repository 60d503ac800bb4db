import { expect, test } from 'vitest';
import { levelOf, thresholdsOf } from '../../../src/web/charts/heat-levels.ts';

const amounts = Array.from({ length: 100 }, (_, at) => (at + 1) * 1_010);

test('levels end where a quarter, half, three quarters, 95 % and all of the days are, to two digits', () => {
  expect(thresholdsOf([0, 0, ...amounts])).toEqual([26_000, 51_000, 76_000, 96_000, 110_000]);
});

test('nothing has the level of its own, and no amount is beyond the scale', () => {
  const thresholds = thresholdsOf(amounts);
  expect(levelOf(0, thresholds)).toBe(0);
  expect(levelOf(1, thresholds)).toBe(1);
  expect(levelOf(26_000, thresholds)).toBe(1);
  expect(levelOf(26_001, thresholds)).toBe(2);
  expect(levelOf(101_000, thresholds)).toBe(5);
  expect(levelOf(200_000, thresholds)).toBe(5);
});

test('few days make few levels', () => {
  expect(thresholdsOf([])).toEqual([]);
  expect(thresholdsOf([0])).toEqual([]);
  expect(thresholdsOf([7, 7, 7])).toEqual([7]);
  expect(levelOf(7, [7])).toBe(1);
});
