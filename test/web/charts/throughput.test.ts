import { expect, test } from 'vitest';
import { axisOf, linesOf, meansOf, windowOf } from '../../../src/web/charts/throughput.ts';

const start = Date.parse('2026-11-20T12:00:00Z');

function sample(second: number, download: number, upload = 0) {
  return { at: start + second * 1_000, download, upload };
}

test('upload hangs below the line, and time counts back from the latest sample', () => {
  expect(linesOf([sample(0, 5, 1), sample(1, 6, 2)])).toEqual({
    download: [
      { x: -1, y: 5 },
      { x: 0, y: 6 },
    ],
    upload: [
      { x: -1, y: -1 },
      { x: 0, y: -2 },
    ],
  });
});

test('the line is broken where samples are missing', () => {
  const { download } = linesOf([sample(0, 5), sample(60, 6), sample(61, 7)]);
  expect(download).toEqual([
    { x: -61, y: 5 },
    { x: -1, y: Number.NaN },
    { x: -1, y: 6 },
    { x: 0, y: 7 },
  ]);
});

test('samples of a clock that was put back are left out', () => {
  expect(linesOf([sample(100, 5), sample(0, 6)]).download).toEqual([{ x: 0, y: 6 }]);
});

test('the axis has round steps and a place for both directions', () => {
  expect(axisOf([sample(0, 5_100_000, 300_000)])).toEqual({
    min: -1_000_000,
    max: 6_000_000,
    steps: [0, 2_000_000, 4_000_000, 6_000_000],
  });
  expect(axisOf([sample(0, 0, 9_000_000)])).toEqual({
    min: -10_000_000,
    max: 5_000_000,
    steps: [-10_000_000, -5_000_000, 0, 5_000_000],
  });
  expect(axisOf([])).toEqual({ min: -250, max: 1_500, steps: [0, 500, 1_000, 1_500] });
});

test('as many minutes are shown as there are samples of, one at least and five at most', () => {
  expect(windowOf([])).toBe(60);
  expect(windowOf([sample(0, 1), sample(30, 1)])).toBe(60);
  expect(windowOf([sample(0, 1), sample(61, 1)])).toBe(120);
  expect(windowOf([sample(0, 1), sample(3_000, 1)])).toBe(300);
});

test('the table has means of ten seconds, latest first', () => {
  expect(meansOf([sample(8, 10, 1), sample(9, 20, 3), sample(10, 7)])).toEqual([
    { at: start + 10_000, download: 7, upload: 0 },
    { at: start, download: 15, upload: 2 },
  ]);
});
