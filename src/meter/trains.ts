import { isIpv4 } from '../model/address.ts';
import { NO_MAC, plainFields, type Frame, type Traffic } from '../model/traffic.ts';
import { NO_ROW } from '../base/row-table.ts';

/** Directions, and the columns of a device's counters for them. */
export const DOWNLOAD = 0;
export const UPLOAD = 1;

/** Trains under way at a time; a power of two. More would not stay in the nearest cache, which costs more than they save. */
const TRAINS = 128;
/** Words of a train: its four MAC words, the source and destination addresses, what the meter decided, a mark. */
const WORDS = 16;
const SOURCE = 4;
const DESTINATION = 8;
const DEVICE = 12;
const HOP = 13;
const COLUMN = 14;
const IS_IPV4 = 15;
/** Upper part of the source's MAC in a place that no train occupies; no packet has it. */
const VACANT = NO_MAC - 1;

/** Internet packets that are booked together. */
export interface Train {
  /** Row of the device that uses this traffic. */
  device: number;
  /** Row of the MAC that hands it on; NO_ROW where there is none. */
  hop: number;
  /** DOWNLOAD or UPLOAD. */
  column: number;
  /** `words[remote..remote+3]` is the address at the other end. */
  words: Int32Array;
  remote: number;
  bytes: number;
  packets: number;
}

/**
 * Packets come in trains: several between the same ends, one soon after the other. The meter's rules decide about the
 * first of a train; the others join it for the price of a comparison. That is exact only while the rules would decide
 * the same again, so whoever changes what they look at must `settle` all trains first.
 */
export class Trains {
  private readonly words = new Int32Array(TRAINS * WORDS);
  private readonly bytes = new Float64Array(TRAINS);
  private readonly packets = new Float64Array(TRAINS);
  /** Places in use, the first `count` of `occupied`. */
  private readonly occupied = new Uint8Array(TRAINS);
  private count = 0;
  private readonly book: (train: Train) => void;
  private readonly train: Train;

  /** `book` is given each train that has ended; the object is reused. */
  constructor(book: (train: Train) => void) {
    this.book = book;
    const { words } = this;
    for (let place = 0; place < TRAINS; place++) words[place * WORDS] = VACANT;
    this.train = { device: 0, hop: NO_ROW, column: 0, words, remote: 0, bytes: 0, packets: 0 };
  }

  /** Adds the packet to the train it belongs to; false where there is none. */
  join(packet: Traffic): boolean {
    const { words, bytes, packets } = this;
    const place = placeOf(packet);
    const at = place * WORDS;
    if (!isSamePath(words, at, packet)) return false;
    bytes[place] = (bytes[place] as number) + packet.bytes;
    packets[place] = (packets[place] as number) + packet.packets;
    return true;
  }

  /** Adds the packet of a plain frame (`plainFields`), `size` bytes, to the train it belongs to; false where there is none. */
  joinPlain({ view, offset }: Frame, size: number): boolean {
    const { words, bytes, packets } = this;
    const source = view.getInt32(offset + plainFields.source);
    const destination = view.getInt32(offset + plainFields.destination);
    const sourceMacLow = view.getInt32(offset + plainFields.sourceMac + 2);
    const place = placeFor(source, destination, sourceMacLow);
    const at = place * WORDS;
    const isSame =
      words[at + 7] === source &&
      words[at + 11] === destination &&
      words[at + 1] === sourceMacLow &&
      words[at + 3] === view.getInt32(offset + plainFields.destinationMac + 2) &&
      words[at] === view.getUint16(offset + plainFields.sourceMac) &&
      words[at + 2] === view.getUint16(offset + plainFields.destinationMac) &&
      words[at + IS_IPV4] === 1;
    if (!isSame) return false;
    bytes[place] = (bytes[place] as number) + size;
    packets[place] = (packets[place] as number) + 1;
    return true;
  }

  /** Begins a train with its first packet; `column` is DOWNLOAD or UPLOAD. */
  begin(packet: Traffic, device: number, hop: number, column: number): void {
    const { words } = this;
    const place = placeOf(packet);
    const at = place * WORDS;
    if (words[at] === VACANT) this.occupied[this.count++] = place;
    else this.end(place);
    words[at] = packet.sourceMacHigh;
    words[at + 1] = packet.sourceMacLow;
    words[at + 2] = packet.destinationMacHigh;
    words[at + 3] = packet.destinationMacLow;
    words[at + 4] = packet.source0;
    words[at + 5] = packet.source1;
    words[at + 6] = packet.source2;
    words[at + 7] = packet.source3;
    words[at + 8] = packet.destination0;
    words[at + 9] = packet.destination1;
    words[at + 10] = packet.destination2;
    words[at + 11] = packet.destination3;
    words[at + DEVICE] = device;
    words[at + HOP] = hop;
    words[at + COLUMN] = column;
    words[at + IS_IPV4] = isIpv4Packet(packet) ? 1 : 0;
    this.bytes[place] = packet.bytes;
    this.packets[place] = packet.packets;
  }

  /** Ends and books all trains. */
  settle(): void {
    const { words, occupied } = this;
    for (let index = 0; index < this.count; index++) {
      const place = occupied[index] as number;
      this.end(place);
      words[place * WORDS] = VACANT;
    }
    this.count = 0;
  }

  private end(place: number): void {
    const { words, train } = this;
    const at = place * WORDS;
    train.device = words[at + DEVICE] as number;
    train.hop = words[at + HOP] as number;
    train.column = words[at + COLUMN] as number;
    train.remote = at + (train.column === UPLOAD ? DESTINATION : SOURCE);
    train.bytes = this.bytes[place] as number;
    train.packets = this.packets[place] as number;
    this.book(train);
  }
}

/** Compares what differs most often first. */
function isSamePath(words: Int32Array, at: number, packet: Traffic): boolean {
  return (
    words[at + 7] === packet.source3 &&
    words[at + 11] === packet.destination3 &&
    words[at + 1] === packet.sourceMacLow &&
    words[at + 3] === packet.destinationMacLow &&
    words[at] === packet.sourceMacHigh &&
    words[at + 2] === packet.destinationMacHigh &&
    hasSameNetworks(words, at, packet)
  );
}

/** The words of both addresses but the last: always the same for IPv4. */
function hasSameNetworks(words: Int32Array, at: number, packet: Traffic): boolean {
  return (
    words[at + 6] === packet.source2 &&
    words[at + 10] === packet.destination2 &&
    words[at + 5] === packet.source1 &&
    words[at + 9] === packet.destination1 &&
    words[at + 4] === packet.source0 &&
    words[at + 8] === packet.destination0
  );
}

/** Both ends have IPv4 addresses, as whoever sent the packet wrote them. */
function isIpv4Packet(packet: Traffic): boolean {
  const { source0, source1, source2, destination0, destination1, destination2 } = packet;
  return isIpv4(source0, source1, source2) && isIpv4(destination0, destination1, destination2);
}

function placeOf({ source3, destination3, sourceMacLow }: Traffic): number {
  return placeFor(source3, destination3, sourceMacLow);
}

/** Neighbours in a network get different places, and so do the directions of a conversation. */
function placeFor(source: number, destination: number, sourceMacLow: number): number {
  return (source + Math.imul(destination, 3) + sourceMacLow) & (TRAINS - 1);
}
