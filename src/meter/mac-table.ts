import { NO_ROW, randomOdd } from '../base/row-table.ts';

/** Finds the row of a MAC address: the look-up of every packet, hence a table of its own. Rows are numbered by the caller. */
export class MacTable {
  private readonly high: Int32Array;
  private readonly low: Int32Array;
  private readonly rows: Int32Array;
  private readonly mask: number;
  private readonly shift: number;
  private readonly factor = randomOdd();
  private readonly highFactor = randomOdd();

  /** `limit`: addresses at most. */
  constructor(limit: number) {
    const bits = Math.ceil(Math.log2(limit * 2));
    this.high = new Int32Array(2 ** bits);
    this.low = new Int32Array(2 ** bits);
    this.rows = new Int32Array(2 ** bits).fill(NO_ROW);
    this.mask = 2 ** bits - 1;
    this.shift = 32 - bits;
  }

  /** The row, or NO_ROW. */
  find(high: number, low: number): number {
    return this.rows[this.slotOf(high, low | 0)] as number;
  }

  /** Sets the row of an address. The caller keeps the limit. */
  set(high: number, low: number, row: number): void {
    const slot = this.slotOf(high, low | 0);
    this.high[slot] = high;
    this.low[slot] = low;
    this.rows[slot] = row;
  }

  clear(): void {
    this.rows.fill(NO_ROW);
  }

  private slotOf(high: number, low: number): number {
    const sum = Math.imul(low, this.factor) + Math.imul(high, this.highFactor);
    let slot = Math.imul(sum ^ (sum >>> 15), 0x2c1b3c6d) >>> this.shift;
    while (this.rows[slot] !== NO_ROW && (this.low[slot] !== low || this.high[slot] !== high)) {
      slot = (slot + 1) & this.mask;
    }
    return slot;
  }
}
