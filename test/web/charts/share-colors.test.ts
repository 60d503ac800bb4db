import { expect, test } from 'vitest';
import { colorSlots } from '../../../src/web/charts/share-colors.ts';

test('a device keeps its colour, whatever its rank, and gives it away only when eight others need one', () => {
  const first = colorSlots(['tv', 'laptop', 'phone']);
  expect([...first.values()]).toEqual([0, 1, 2]);
  const second = colorSlots(['phone', 'nas', 'tv']);
  expect([second.get('phone'), second.get('tv'), second.get('nas')]).toEqual([2, 0, 3]);
  expect(colorSlots(['laptop']).get('laptop')).toBe(1);
  const others = ['a', 'b', 'c', 'd', 'e'];
  const third = colorSlots(['laptop', ...others]);
  expect(new Set(third.values()).size).toBe(6);
  expect(third.get('laptop')).toBe(1);
});
