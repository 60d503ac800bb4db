import type { PeerColumns } from '../model/batch.ts';
import { NO_ROW, RECORD_WORDS, RowTable } from '../base/row-table.ts';
import { UPLOAD as UPLOAD_COLUMN, type Train } from './trains.ts';

const RECORD_DOUBLES = RECORD_WORDS / 2;
/** Doubles of a record, behind the five words of its key. */
const DOWNLOAD = 3;
const UPLOAD = 4;
/** Word of the key that holds the device's row. */
const DEVICE = 4;

/** An entry of the queue: the key, then the column its bytes belong to. */
const ENTRY_WORDS = 6;
const ENTRY_COLUMN = 5;
const QUEUE_ENTRIES = 256;

/** Internet bytes for each (device row, remote address); the smallest give way when the table is full. */
export class PeerTable {
  /** Peers that had to give way; their bytes stay in the device's total. */
  folded = 0;
  private readonly rows: RowTable;
  /** Trains wait here, so that their look-ups follow each other closely: the processor then overlaps the cache misses. */
  private readonly queue = new Int32Array(QUEUE_ENTRIES * ENTRY_WORDS);
  private readonly queuedBytes = new Float64Array(QUEUE_ENTRIES);
  private queued = 0;

  constructor(limit: number) {
    this.rows = new RowTable(limit);
  }

  /** Rows in use; trains of the last moment may not have theirs yet. */
  get size(): number {
    return this.rows.size;
  }

  /** Adds what a device exchanged with a remote address. */
  add({ device, column, words, remote, bytes }: Train): void {
    const { queue, queued } = this;
    const at = queued * ENTRY_WORDS;
    queue[at] = words[remote] as number;
    queue[at + 1] = words[remote + 1] as number;
    queue[at + 2] = words[remote + 2] as number;
    queue[at + 3] = words[remote + 3] as number;
    queue[at + DEVICE] = device;
    queue[at + ENTRY_COLUMN] = column === UPLOAD_COLUMN ? UPLOAD : DOWNLOAD;
    this.queuedBytes[queued] = bytes;
    if (++this.queued === QUEUE_ENTRIES) this.flush();
  }

  /**
   * Takes everything out as columns. `idOf` names the device of a row, or answers undefined where its peers are not
   * itemised.
   */
  drain(slot: number, idOf: (device: number) => string | undefined): PeerColumns {
    this.flush();
    const { words, doubles, size } = this.rows;
    const devices = new DeviceIndex(idOf);
    const columns: PeerColumns = {
      slot,
      devices: devices.ids,
      device: new Uint32Array(size),
      address: new Uint32Array(size * 4),
      download: new Float64Array(size),
      upload: new Float64Array(size),
    };
    let count = 0;
    for (let row = 0; row < size; row++) {
      const device = devices.of(words[row * RECORD_WORDS + DEVICE] as number);
      if (device === NO_ROW) continue;
      columns.device[count] = device;
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

  private flush(): void {
    const { queue, queuedBytes, rows, queued } = this;
    const { doubles } = rows;
    for (let entry = 0; entry < queued; entry++) {
      const at = entry * ENTRY_WORDS;
      let row = rows.findOrAdd(
        queue[at] as number,
        queue[at + 1] as number,
        queue[at + 2] as number,
        queue[at + 3] as number,
        queue[at + DEVICE] as number,
      );
      if (row === NO_ROW) row = this.addAfterFolding(queue.subarray(at, at + ENTRY_WORDS));
      const cell = row * RECORD_DOUBLES + (queue[at + ENTRY_COLUMN] as number);
      doubles[cell] = (doubles[cell] as number) + (queuedBytes[entry] as number);
    }
    this.queued = 0;
  }

  private addAfterFolding([a = 0, b = 0, c = 0, d = 0, device = 0]: Int32Array): number {
    this.foldSmallerHalf();
    return this.rows.findOrAdd(a, b, c, d, device);
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
      const at = this.rows.findOrAdd(a, b, c, d, device) * RECORD_DOUBLES;
      doubles[at + DOWNLOAD] = download;
      doubles[at + UPLOAD] = upload;
    }
  }
}

function cut(columns: PeerColumns, count: number): PeerColumns {
  return {
    ...columns,
    device: columns.device.slice(0, count),
    address: columns.address.slice(0, count * 4),
    download: columns.download.slice(0, count),
    upload: columns.upload.slice(0, count),
  };
}

/** Numbers the devices that occur. */
class DeviceIndex {
  readonly ids: string[] = [];
  private readonly indexes = new Map<number, number>();
  private readonly idOf: (device: number) => string | undefined;

  constructor(idOf: (device: number) => string | undefined) {
    this.idOf = idOf;
  }

  /** The index of the device in `ids`, or NO_ROW. */
  of(device: number): number {
    const known = this.indexes.get(device);
    if (known !== undefined) return known;
    const id = this.idOf(device);
    const index = id === undefined ? NO_ROW : this.ids.push(id) - 1;
    this.indexes.set(device, index);
    return index;
  }
}
