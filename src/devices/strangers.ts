import type { Sighting } from '../model/device.ts';

/** MAC addresses that were sighted and have no traffic yet. */
const STRANGERS_LIMIT = 256;
/** Sightings kept of each of them. */
const SIGHTINGS_LIMIT = 8;

/** Sightings of nobody known: a device often tells its address and name a moment before its first packet. */
export class Strangers {
  private readonly sightings = new Map<string, Sighting[]>();

  /** Keeps it for the device that may come; of too many the oldest strangers give way. */
  keep(id: string, sighting: Sighting): void {
    const ofOne = this.sightings.get(id) ?? [];
    if (ofOne.length < SIGHTINGS_LIMIT) ofOne.push(sighting);
    this.sightings.set(id, ofOne);
    const [oldest] = this.sightings.keys();
    if (this.sightings.size > STRANGERS_LIMIT && oldest !== undefined) {
      this.sightings.delete(oldest);
    }
  }

  /** Takes out what was kept of it. */
  take(id: string): Sighting[] {
    const ofOne = this.sightings.get(id) ?? [];
    this.sightings.delete(id);
    return ofOne;
  }

  /** The clock was set by `byMs`: moves what it stamped `sinceMs` (epoch ms, as it was before) or later. */
  shiftClock(byMs: number, sinceMs: number): void {
    for (const sighting of [...this.sightings.values()].flat()) {
      if (sighting.at >= sinceMs) sighting.at += byMs;
    }
  }
}
