import type { AddressWords } from '../model/address.ts';
import { NO_ROW, RowTable } from '../base/row-table.ts';

/** Addresses whose owner is remembered; a home has some hundreds. */
const LIMIT = 16_384;

/** A MAC's row and an address it sent from. */
export interface AddressClaim {
  mac: number;
  address: AddressWords;
  seconds: number;
}

/** An interface of this host and the addresses configured on it. */
export interface OwnInterface {
  name: string;
  /** NO_MAC on a link without MAC addresses. */
  macHigh: number;
  macLow: number;
  addresses: readonly AddressWords[];
}

/** Which MAC's row owns an address. When the table is full, all is forgotten and learned again. */
export class Bindings {
  private readonly addresses = new RowTable(LIMIT);
  private readonly rows = new Int32Array(LIMIT);

  /** The owner's row, or NO_ROW. */
  owner(a: number, b: number, c: number, d: number): number {
    const binding = this.addresses.find(a, b, c, d, 0);
    return binding === NO_ROW ? NO_ROW : (this.rows[binding] as number);
  }

  set(row: number, a: number, b: number, c: number, d: number): void {
    let binding = this.addresses.findOrAdd(a, b, c, d, 0);
    if (binding === NO_ROW) {
      this.clear();
      binding = this.addresses.findOrAdd(a, b, c, d, 0);
    }
    this.rows[binding] = row;
  }

  clear(): void {
    this.addresses.clear();
  }
}
