import { NO_ROW, RECORD_WORDS, ROWS_LIMIT, RowTable } from '../base/row-table.ts';
import type { PeerUsage } from '../model/usage.ts';

/** What a device exchanged with a remote address in a span of time. Bytes may be negative: then they are taken away. */
export interface Peer extends PeerUsage {
  device: string;
  /** A day or a slot (`model/usage.ts`), as whoever sums up counts time. */
  span: number;
  /** `words[address..address+3]` is the remote address (`model/address.ts`). */
  words: Int32Array | Uint32Array;
  address: number;
}

/** A device in a span. */
interface Account {
  device: string;
  span: number;
}

const FIRST_ROWS = 1024;
const RECORD_DOUBLES = RECORD_WORDS / 2;
/** Word of a row's key that holds the number of its account. */
const ACCOUNT = 4;
/** Doubles of a record, behind the five words of its key. */
const DOWNLOAD = 3;
const UPLOAD = 4;

/**
 * Sums per device, span and remote address, in typed arrays that grow: there may be hundreds of thousands, most come again,
 * and as objects they would make the engine double its heap.
 */
export class PeerSums {
  private rows = new RowTable(FIRST_ROWS);
  /** By number. */
  private accounts: Account[] = [];
  /** Numbers of the accounts by device, then by span. */
  private numbers = new Map<string, Map<number, number>>();

  /** Rows in use; some may have come to nothing. */
  get size(): number {
    return this.rows.size;
  }

  spansOf(device: string): number[] {
    return [...(this.numbers.get(device)?.keys() ?? [])];
  }

  /** The sums under the device, span and address of `peer`; undefined where there are none. */
  find({ device, span, words, address }: Omit<Peer, keyof PeerUsage>): PeerUsage | undefined {
    const number = this.numbers.get(device)?.get(span);
    if (number === undefined) return undefined;
    const row = this.rows.find(
      words[address] as number,
      words[address + 1] as number,
      words[address + 2] as number,
      words[address + 3] as number,
      number,
    );
    return row === NO_ROW ? undefined : bytesOf(this.rows, row);
  }

  /** The caller keeps below `ROWS_LIMIT` rows: what finds no place is passed over. */
  add({ device, span, words, address, download, upload }: Peer): void {
    if (this.rows.size === this.rows.limit && this.rows.limit < ROWS_LIMIT) this.grow();
    const row = this.rows.findOrAdd(
      words[address] as number,
      words[address + 1] as number,
      words[address + 2] as number,
      words[address + 3] as number,
      this.numberOf(device, span),
    );
    if (row !== NO_ROW) addBytes(this.rows, row, download, upload);
  }

  /** All that have not come to nothing. The object is reused; additions meanwhile may or may not be among them. */
  *peers(): Generator<Peer> {
    const { words, doubles, size } = this.rows;
    const peer = { device: '', span: 0, words, address: 0, download: 0, upload: 0 };
    for (let row = 0; row < size; row++) {
      peer.address = row * RECORD_WORDS;
      peer.download = doubles[row * RECORD_DOUBLES + DOWNLOAD] as number;
      peer.upload = doubles[row * RECORD_DOUBLES + UPLOAD] as number;
      if (peer.download === 0 && peer.upload === 0) continue;
      const account = this.accounts[words[peer.address + ACCOUNT] as number] as Account;
      peer.device = account.device;
      peer.span = account.span;
      yield peer;
    }
  }

  /** Everything of `from` becomes `into`'s. */
  merge(from: string, into: string): void {
    if (!this.numbers.has(from)) return;
    // Made anew: rows that are left behind would count against the limits of whoever sums up.
    const merged = new PeerSums();
    for (const peer of this.peers()) {
      merged.add(peer.device === from ? { ...peer, device: into } : peer);
    }
    this.rows = merged.rows;
    this.accounts = merged.accounts;
    this.numbers = merged.numbers;
  }

  clear(): void {
    this.rows.clear();
    this.accounts.length = 0;
    this.numbers.clear();
  }

  private numberOf(device: string, span: number): number {
    let spans = this.numbers.get(device);
    if (spans === undefined) {
      spans = new Map();
      this.numbers.set(device, spans);
    }
    let number = spans.get(span);
    if (number === undefined) {
      number = this.accounts.push({ device, span }) - 1;
      spans.set(span, number);
    }
    return number;
  }

  private grow(): void {
    const rows = new RowTable(Math.min(2 * this.rows.limit, ROWS_LIMIT));
    for (const { words, address, download, upload } of this.peers()) {
      const [a = 0, b = 0, c = 0, d = 0, number = 0] = words.subarray(address, address + 5);
      addBytes(rows, rows.findOrAdd(a, b, c, d, number), download, upload);
    }
    this.rows = rows;
  }
}

function bytesOf({ doubles }: RowTable, row: number): PeerUsage {
  const at = row * RECORD_DOUBLES;
  return { download: doubles[at + DOWNLOAD] as number, upload: doubles[at + UPLOAD] as number };
}

function addBytes({ doubles }: RowTable, row: number, download: number, upload: number): void {
  const at = row * RECORD_DOUBLES;
  doubles[at + DOWNLOAD] = (doubles[at + DOWNLOAD] as number) + download;
  doubles[at + UPLOAD] = (doubles[at + UPLOAD] as number) + upload;
}
