/** `find` and `findOrAdd` answer this where there is no row. */
export const NO_ROW = -1;

/** Words of a record: a cache line, so that a look-up touches one. */
export const RECORD_WORDS = 16;
/** Rows are numbered in so many bits. */
const ROW_BITS = 19;
const ROW_MASK = 2 ** ROW_BITS - 1;
/** Rows that a table can have at most. */
export const ROWS_LIMIT = ROW_MASK - 1;

/**
 * Rows 0, 1, 2, ... under a key of five 32-bit words: a hash table with open addressing and linear probing over typed
 * arrays, of a fixed size. A row is a record of 16 words; its first five are the key, the others are the caller's.
 */
export class RowTable {
  readonly limit: number;
  /** The records, as words and as doubles. */
  readonly words: Int32Array;
  readonly doubles: Float64Array;
  size = 0;
  /** Row number plus one in the lower bits, bits of the hash above: a record is touched only where they agree. */
  private readonly slots: Int32Array;
  private readonly mask: number;
  private readonly shift: number;
  /** Odd and different in each process, so that nobody outside can choose addresses that collide. */
  private readonly factorA = randomOdd();
  private readonly factorB = randomOdd();
  private readonly factorC = randomOdd();
  private readonly factorD = randomOdd();
  private readonly factorE = randomOdd();

  /** `limit`: rows at most. */
  constructor(limit: number) {
    this.limit = Math.min(limit, ROWS_LIMIT);
    this.words = new Int32Array(this.limit * RECORD_WORDS);
    this.doubles = new Float64Array(this.words.buffer);
    const bits = Math.ceil(Math.log2(this.limit * 2));
    this.slots = new Int32Array(2 ** bits);
    this.mask = 2 ** bits - 1;
    this.shift = 32 - bits;
  }

  /** The row of the key, or NO_ROW. */
  find(a: number, b: number, c: number, d: number, e: number): number {
    const hash = this.hash(a, b, c, d, e);
    const slot = this.slotOf(hash, a | 0, b | 0, c | 0, d | 0, e | 0);
    return ((this.slots[slot] as number) & ROW_MASK) - 1;
  }

  /** The row of the key, made (and all zero) where it is missing; NO_ROW when the table is full. */
  findOrAdd(a: number, b: number, c: number, d: number, e: number): number {
    const hash = this.hash(a, b, c, d, e);
    const slot = this.slotOf(hash, a | 0, b | 0, c | 0, d | 0, e | 0);
    const entry = this.slots[slot] as number;
    if (entry !== 0) return (entry & ROW_MASK) - 1;
    if (this.size === this.limit) return NO_ROW;
    const row = this.size++;
    this.slots[slot] = (hash << ROW_BITS) | (row + 1);
    const at = row * RECORD_WORDS;
    const { words } = this;
    words.fill(0, at, at + RECORD_WORDS);
    words[at] = a;
    words[at + 1] = b;
    words[at + 2] = c;
    words[at + 3] = d;
    words[at + 4] = e;
    return row;
  }

  clear(): void {
    if (this.size === 0) return;
    this.slots.fill(0);
    this.size = 0;
  }

  private hash(a: number, b: number, c: number, d: number, e: number): number {
    const sum =
      Math.imul(a, this.factorA) +
      Math.imul(b, this.factorB) +
      Math.imul(c, this.factorC) +
      Math.imul(d, this.factorD) +
      Math.imul(e, this.factorE);
    return Math.imul(sum ^ (sum >>> 15), 0x2c1b3c6d);
  }

  /** The slot that holds the key, or the empty one where it belongs. */
  private slotOf(hash: number, a: number, b: number, c: number, d: number, e: number): number {
    const { words, slots, mask } = this;
    // Multiplication mixes upwards: the best bits are the highest.
    let slot = hash >>> this.shift;
    for (;;) {
      const entry = slots[slot] as number;
      if (entry === 0) return slot;
      if ((entry ^ (hash << ROW_BITS)) >>> ROW_BITS === 0) {
        const at = ((entry & ROW_MASK) - 1) * RECORD_WORDS;
        if (
          words[at + 3] === d &&
          words[at + 4] === e &&
          words[at] === a &&
          words[at + 1] === b &&
          words[at + 2] === c
        ) {
          return slot;
        }
      }
      slot = (slot + 1) & mask;
    }
  }
}

/** An odd 32-bit number. */
export function randomOdd(): number {
  return (Math.random() * 2 ** 32) | 1;
}
