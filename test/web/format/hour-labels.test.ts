import { expect, test } from 'vitest';
import { hourLabels } from '../../../src/web/format/hour-labels.ts';

test('the hour that comes twice when clocks are put back is told apart', () => {
  expect(hourLabels(['01:00', '02:00', '02:00', '03:00'])).toEqual([
    '01:00',
    '02:00',
    '02:00 (2)',
    '03:00',
  ]);
});
