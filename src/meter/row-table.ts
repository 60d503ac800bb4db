/** `find` and `findOrAdd` answer this where there is no row. */
export const NO_ROW = -1;

/**
 * Rows 0, 1, 2, ... under a key of five 32-bit words: a hash table with open addressing and linear probing over typed
 * arrays, of a fixed size. The columns that belong to the rows live with the caller.
 */
export class RowTable {
  readonly limit: number;
  /** Five words a row. */
  readonly keys: Uint32Array;
  size = 0;
  private readonly slots: Int32Array;
  private readonly mask: number;
  /** Odd and different in each process, so that nobody outside can choose addresses that collide. */
  private readonly factors = Int32Array.from({ length: 5 }, () => (Math.random() * 2 ** 32) | 1);

  /** `limit`: rows at most. */
  constructor(limit: number) {
    this.limit = limit;
    this.keys = new Uint32Array(limit * 5);
    const slots = 2 ** Math.ceil(Math.log2(limit * 2));
    this.slots = new Int32Array(slots);
    this.mask = slots - 1;
  }

  /** The row of the key, or NO_ROW. */
  find(a: number, b: number, c: number, d: number, e: number): number {
    return (this.slots[this.slotOf(a, b, c, d, e)] as number) - 1;
  }

  /** The row of the key, made where it is missing; NO_ROW when the table is full. A row with number `size - 1` is fresh. */
  findOrAdd(a: number, b: number, c: number, d: number, e: number): number {
    const slot = this.slotOf(a, b, c, d, e);
    const found = this.slots[slot] as number;
    if (found !== 0) return found - 1;
    if (this.size === this.limit) return NO_ROW;
    const row = this.size++;
    const at = row * 5;
    this.keys[at] = a;
    this.keys[at + 1] = b;
    this.keys[at + 2] = c;
    this.keys[at + 3] = d;
    this.keys[at + 4] = e;
    this.slots[slot] = row + 1;
    return row;
  }

  clear(): void {
    this.slots.fill(0);
    this.size = 0;
  }

  /** The slot that holds the key, or the empty one where it belongs. */
  private slotOf(a: number, b: number, c: number, d: number, e: number): number {
    const { factors, keys, slots, mask } = this;
    let hash =
      Math.imul(a, factors[0] as number) +
      Math.imul(b, factors[1] as number) +
      Math.imul(c, factors[2] as number) +
      Math.imul(d, factors[3] as number) +
      Math.imul(e, factors[4] as number);
    hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (;;) {
      const row = (slots[slot] as number) - 1;
      if (row < 0) return slot;
      const at = row * 5;
      if (
        keys[at + 3] === d >>> 0 &&
        keys[at] === a >>> 0 &&
        keys[at + 1] === b >>> 0 &&
        keys[at + 2] === c >>> 0 &&
        keys[at + 4] === e >>> 0
      ) {
        return slot;
      }
      slot = (slot + 1) & mask;
    }
  }
}
