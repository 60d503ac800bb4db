import type { UsageRecord } from '../model/checkpoint.ts';
import type { Group } from '../model/group.ts';
import { addUsage } from '../model/usage.ts';

/**
 * Returns a function that sums the records of devices up by group, as the groups are now; the id of the group stands for
 * the device. Ordered by start, then as the groups are. A device counts in each of its groups.
 */
export function createGroupSums(
  groups: readonly Group[],
): (records: readonly UsageRecord[]) => UsageRecord[] {
  const groupsOf = new Map<string, number[]>();
  for (const [index, { devices }] of groups.entries()) {
    for (const id of devices) groupsOf.set(id, [...(groupsOf.get(id) ?? []), index]);
  }
  return (records) => {
    const sums = new Map<number, Map<number, UsageRecord>>();
    for (const { device, start, usage } of records) {
      const ofStart = sums.get(start) ?? new Map<number, UsageRecord>();
      sums.set(start, ofStart);
      for (const index of groupsOf.get(device) ?? []) {
        const sum = ofStart.get(index);
        const id = groups[index]?.id ?? device;
        if (sum === undefined) ofStart.set(index, { device: id, start, usage: { ...usage } });
        else addUsage(sum.usage, usage);
      }
    }
    return [...sums.values()].flatMap((ofStart) =>
      [...ofStart].toSorted(([left], [right]) => left - right).map(([, sum]) => sum),
    );
  };
}
