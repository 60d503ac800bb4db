const slots = 8;
/** Device id by slot, the slot that was used longest ago first. */
let kept: { id: string; slot: number }[] = [];

/**
 * A number of a series colour for each of up to eight devices. A device keeps its colour as long as the page is open and
 * no more than eight others are shown in the meantime.
 */
export function colorSlots(ids: readonly string[]): ReadonlyMap<string, number> {
  const wanted = ids.slice(0, slots);
  const mine = kept.filter(({ id }) => wanted.includes(id));
  const others = kept.filter(({ id }) => !wanted.includes(id));
  const taken = new Set(kept.map(({ slot }) => slot));
  const free = [...Array(slots).keys()].filter((slot) => !taken.has(slot));
  for (const id of wanted) {
    if (mine.some((each) => each.id === id)) continue;
    const slot = free.shift() ?? others.shift()?.slot;
    if (slot !== undefined) mine.push({ id, slot });
  }
  kept = [...others, ...mine];
  return new Map(mine.map(({ id, slot }) => [id, slot]));
}
