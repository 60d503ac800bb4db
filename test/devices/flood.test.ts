import { expect, test } from 'vitest';
import { Groups } from '../../src/devices/groups.ts';
import { Registry } from '../../src/devices/registry.ts';
import { OTHER_DEVICE_ID, type Device } from '../../src/model/device.ts';
import { LimitTable } from '../../src/usage/limit-table.ts';

const most = 4096;
const day = 86_400_000;
const now = 20_000 * day;

function member(index: number): Device {
  const id = `0200${index.toString(16).padStart(8, '0')}`;
  const [firstSeen, lastSeen] = [now - 9 * day, now - 2 * day];
  return { id, names: {}, hidden: false, router: false, firstSeen, lastSeen, addresses: new Map() };
}

// Whether somebody wants them is asked of all silent devices for each stranger: looked up group by group, that took minutes.
test('strangers find no room in a full home whose devices are all in groups, however many come', () => {
  const devices = Array.from({ length: most }, (_, index) => member(index));
  const groups = new Groups({
    groups: Array.from({ length: 500 }, (_, number) => ({
      id: `g${number + 1}`,
      name: `Group ${number + 1}`,
      devices: Array.from(
        { length: 100 },
        (_each, index) => member((number * 41 + index) % most).id,
      ),
    })),
    lastNumber: 500,
  });
  const limits = new LimitTable(
    Array.from({ length: 500 }, (_, number) => {
      const target = `g${number + 1}`;
      return { target, period: 'day', direction: 'both', bytes: 1, warningPercent: 80 };
    }),
  );
  const registry = new Registry({
    devices,
    merges: [],
    vendorOf: () => undefined,
    limit: most,
    isWanted: (id) => groups.isMember(id) || limits.isTarget(id),
  });
  const owners = Array.from({ length: 8000 }, (_, index) =>
    registry.admit(`0600${index.toString(16).padStart(8, '0')}`, now),
  );
  expect(new Set(owners)).toEqual(new Set([OTHER_DEVICE_ID]));
  expect(registry.takeMerges()).toEqual([]);
});
