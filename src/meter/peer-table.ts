import type { PeerColumns } from '../model/batch.ts';
import { NO_ROW, RowTable } from './row-table.ts';

/** Internet bytes for each (device row, remote address); the smallest give way when the table is full. */
export class PeerTable {
  /** Peers that had to give way; their bytes stay in the device's total. */
  folded = 0;
  private readonly rows: RowTable;
  /** Download, upload for each row. */
  private readonly bytes: Float64Array;

  constructor(limit: number) {
    this.rows = new RowTable(limit);
    this.bytes = new Float64Array(limit * 2);
  }

  /** Adds bytes; `side` is 0 for download, 1 for upload. */
  add(
    device: number,
    a: number,
    b: number,
    c: number,
    d: number,
    side: 0 | 1,
    bytes: number,
  ): void {
    const before = this.rows.size;
    let row = this.rows.findOrAdd(a, b, c, d, device);
    if (row === NO_ROW) {
      this.foldSmallerHalf();
      row = this.rows.findOrAdd(a, b, c, d, device);
      this.bytes.fill(0, row * 2, row * 2 + 2);
    } else if (row === before) this.bytes.fill(0, row * 2, row * 2 + 2);
    this.bytes[row * 2 + side] = (this.bytes[row * 2 + side] as number) + bytes;
  }

  /**
   * Takes everything out as columns. `usageRow[device]` is the row of the batch that a device's peers belong to, or
   * NO_ROW where they are not itemised.
   */
  drain(usageRow: Int32Array): PeerColumns {
    const { keys, size } = this.rows;
    const columns: PeerColumns = {
      row: new Uint32Array(size),
      address: new Uint32Array(size * 4),
      download: new Float64Array(size),
      upload: new Float64Array(size),
    };
    let count = 0;
    for (let row = 0; row < size; row++) {
      const target = usageRow[keys[row * 5 + 4] as number] as number;
      if (target === NO_ROW) continue;
      columns.row[count] = target;
      columns.address.set(keys.subarray(row * 5, row * 5 + 4), count * 4);
      columns.download[count] = this.bytes[row * 2] as number;
      columns.upload[count] = this.bytes[row * 2 + 1] as number;
      count++;
    }
    this.rows.clear();
    return count === size ? columns : cut(columns, count);
  }

  private foldSmallerHalf(): void {
    const { keys, size } = this.rows;
    const total = (row: number) =>
      (this.bytes[row * 2] as number) + (this.bytes[row * 2 + 1] as number);
    const order = Array.from({ length: size }, (_, row) => row);
    order.sort((left, right) => total(right) - total(left));
    const kept = order.slice(0, size >>> 1).map((row) => ({
      key: keys.slice(row * 5, row * 5 + 5),
      bytes: this.bytes.slice(row * 2, row * 2 + 2),
    }));
    this.folded += size - kept.length;
    this.rows.clear();
    for (const { key, bytes } of kept) {
      const [a = 0, b = 0, c = 0, d = 0, e = 0] = key;
      this.bytes.set(bytes, this.rows.findOrAdd(a, b, c, d, e) * 2);
    }
  }
}

function cut(columns: PeerColumns, count: number): PeerColumns {
  return {
    row: columns.row.slice(0, count),
    address: columns.address.slice(0, count * 4),
    download: columns.download.slice(0, count),
    upload: columns.upload.slice(0, count),
  };
}
