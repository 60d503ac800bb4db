import { expect, test } from 'vitest';
import { formatDays } from '../../src/whitestat/day-ranges.ts';

test.each([
  [[], ''],
  [[20261120], '2026-11-20'],
  [[20261201, 20261130, 20261129], '2026-11-29 to 2026-12-01'],
  [[20251231, 20260101, 20260103, 20260105, 20260106], '2025-12-31 to 2026-01-01, 2026-01-03, 2026-01-05 to 2026-01-06'], // prettier-ignore
])('%j', (days, text) => {
  expect(formatDays(days)).toBe(text);
});
