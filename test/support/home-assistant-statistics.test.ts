import { expect, test } from 'vitest';
import { SumStatistics } from './home-assistant-statistics.ts';

const monday = '2026-11-16T00:00:00+01:00';
const tuesday = '2026-11-17T00:00:00+01:00';

/** Values and, where they say so, when their counter began; sums as Home Assistant made them. */
const measured: [
  style: string,
  stateClass: 'total' | 'total_increasing',
  states: [value: number, lastReset?: string][],
  sum: number,
][] = [
  [
    'total with last_reset',
    'total',
    [
      [100, monday],
      [130, monday],
      [150, tuesday],
    ],
    180,
  ],
  ['total_increasing without a 0 at midnight', 'total_increasing', [[100], [130], [150]], 50],
  ['total_increasing with a 0', 'total_increasing', [[100], [130], [0], [150]], 180],
  ['total_increasing with a dip', 'total_increasing', [[100], [130], [125], [135]], 35],
  ['total without last_reset', 'total', [[100], [130], [0], [150]], 50],
];

test.each(measured)('%s', (_style, stateClass, states, sum) => {
  const statistics = new SumStatistics(stateClass);
  for (const [value, lastReset] of states) statistics.add(value, lastReset);
  expect(statistics.sum).toBe(sum);
});

test('a dip is noticed, and a state before any is no sum', () => {
  expect(new SumStatistics('total').sum).toBe(0);
  const dipped = new SumStatistics('total_increasing').add(100).add(130).add(125);
  expect(dipped.dips).toBe(1);
  expect(new SumStatistics('total_increasing').add(100).add(89).dips).toBe(0);
});

test('another way to write the same moment begins nothing', () => {
  const states = new SumStatistics('total').add(100, monday);
  expect(states.add(130, '2026-11-15T23:00:00.000Z').sum).toBe(30);
  expect(() => states.add(1, 'yesterday')).toThrow('yesterday is no time');
});
