import { expect, test } from 'vitest';
import { Coverage } from '../src/coverage.ts';

/** Coverage of one interface whose kernel counter reads these values in turn. */
function covered(...readings: [counted: number | undefined, received: number][]) {
  let counted: number | undefined;
  const coverage = new Coverage(() => counted);
  return readings.map(([kernel, received]) => {
    counted = kernel;
    return coverage.of('eth0', received);
  });
}

test('what was received is compared with what the kernel counted since the first look', () => {
  expect(covered([1000, 5], [1000, 5], [1100, 105], [1200, 155])).toEqual([
    { kernelPackets: 0, coverage: null },
    { kernelPackets: 0, coverage: null },
    { kernelPackets: 100, coverage: 1 },
    { kernelPackets: 200, coverage: 0.75 },
  ]);
});

test('an interface that came back begins again', () => {
  expect(covered([1000, 5], [10, 50], [30, 60])).toEqual([
    { kernelPackets: 0, coverage: null },
    { kernelPackets: 0, coverage: null },
    { kernelPackets: 20, coverage: 0.5 },
  ]);
});

test('without a counter nothing is claimed', () => {
  expect(covered([undefined, 5])).toEqual([{ kernelPackets: null, coverage: null }]);
});
