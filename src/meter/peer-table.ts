import type { PeerColumns } from '../model/batch.ts';
import type { Traffic } from '../model/traffic.ts';
import { NO_ROW, RECORD_WORDS, RowTable } from './row-table.ts';

const RECORD_DOUBLES = RECORD_WORDS / 2;
/** Doubles of a record, behind the five words of its key. */
const DOWNLOAD = 3;
const UPLOAD = 4;
/** Word of the key that holds the device's row. */
const DEVICE = 4;

/** Internet bytes for each (device row, remote address); the smallest give way when the table is full. */
export class PeerTable {
  /** Peers that had to give way; their bytes stay in the device's total. */
  folded = 0;
  private readonly rows: RowTable;

  constructor(limit: number) {
    this.rows = new RowTable(limit);
  }

  /** Adds a packet that a device received from a remote address. */
  addDownload(device: number, packet: Traffic): void {
    const { source0, source1, source2, source3 } = packet;
    const row = this.row(source0, source1, source2, source3, device);
    this.addTo(row, DOWNLOAD, packet.bytes);
  }

  /** Adds a packet that a device sent to a remote address. */
  addUpload(device: number, packet: Traffic): void {
    const { destination0, destination1, destination2, destination3 } = packet;
    const row = this.row(destination0, destination1, destination2, destination3, device);
    this.addTo(row, UPLOAD, packet.bytes);
  }

  /**
   * Takes everything out as columns. `usageRow[device]` is the row of the batch that a device's peers belong to, or
   * NO_ROW where they are not itemised.
   */
  drain(usageRow: Int32Array): PeerColumns {
    const { words, doubles, size } = this.rows;
    const columns: PeerColumns = {
      row: new Uint32Array(size),
      address: new Uint32Array(size * 4),
      download: new Float64Array(size),
      upload: new Float64Array(size),
    };
    let count = 0;
    for (let row = 0; row < size; row++) {
      const target = usageRow[words[row * RECORD_WORDS + DEVICE] as number] as number;
      if (target === NO_ROW) continue;
      columns.row[count] = target;
      for (let word = 0; word < 4; word++) {
        columns.address[count * 4 + word] = words[row * RECORD_WORDS + word] as number;
      }
      columns.download[count] = doubles[row * RECORD_DOUBLES + DOWNLOAD] as number;
      columns.upload[count] = doubles[row * RECORD_DOUBLES + UPLOAD] as number;
      count++;
    }
    this.rows.clear();
    return count === size ? columns : cut(columns, count);
  }

  private row(a: number, b: number, c: number, d: number, device: number): number {
    const row = this.rows.findOrAdd(a, b, c, d, device);
    if (row !== NO_ROW) return row;
    this.foldSmallerHalf();
    return this.rows.findOrAdd(a, b, c, d, device);
  }

  private addTo(row: number, column: number, bytes: number): void {
    const { doubles } = this.rows;
    const at = row * RECORD_DOUBLES + column;
    doubles[at] = (doubles[at] as number) + bytes;
  }

  private foldSmallerHalf(): void {
    const { words, doubles, size } = this.rows;
    const total = (row: number) =>
      (doubles[row * RECORD_DOUBLES + DOWNLOAD] as number) +
      (doubles[row * RECORD_DOUBLES + UPLOAD] as number);
    const totals = Float64Array.from({ length: size }, (_, row) => total(row));
    const order = Uint32Array.from({ length: size }, (_, row) => row);
    order.sort((left, right) => (totals[right] as number) - (totals[left] as number));
    const kept = Array.from(order.subarray(0, size >>> 1), (row) => ({
      key: words.slice(row * RECORD_WORDS, row * RECORD_WORDS + 5),
      download: doubles[row * RECORD_DOUBLES + DOWNLOAD] as number,
      upload: doubles[row * RECORD_DOUBLES + UPLOAD] as number,
    }));
    this.folded += size - kept.length;
    this.rows.clear();
    for (const { key, download, upload } of kept) {
      const [a = 0, b = 0, c = 0, d = 0, device = 0] = key;
      const row = this.rows.findOrAdd(a, b, c, d, device);
      this.addTo(row, DOWNLOAD, download);
      this.addTo(row, UPLOAD, upload);
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
