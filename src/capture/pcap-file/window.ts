/**
 * The part of a file that is in memory. One buffer serves the whole file: what is left of it after each turn moves to the
 * front, and it grows only while a record does not fit.
 */
export class Window {
  view: DataView;
  bytes: Uint8Array;
  /** The bytes from `start` to `end` of `view` are still to be read. */
  start = 0;
  end = 0;
  /** Place in the file of the view's first byte. */
  origin = 0;

  constructor(capacityBytes: number) {
    this.bytes = new Uint8Array(capacityBytes);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Moves the rest to the front. Leaves at least half of the buffer free, so that few reads fill even a large record. */
  makeRoom(): void {
    const rest = this.bytes.subarray(this.start, this.end);
    if (2 * rest.length > this.bytes.length) {
      this.bytes = new Uint8Array(2 * this.bytes.length);
      this.bytes.set(rest);
      this.view = new DataView(this.bytes.buffer);
    } else if (this.start > 0) {
      this.bytes.copyWithin(0, this.start, this.end);
    }
    this.origin += this.start;
    this.end = rest.length;
    this.start = 0;
  }
}
