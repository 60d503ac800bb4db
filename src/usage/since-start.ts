import { addUsage, noUsage, type Usage } from '../model/usage.ts';

/**
 * What was used since the daemon started. It only grows: what happens to totals when devices are merged, forgotten or make
 * room, and when a clock is set, is nothing that anybody used just then.
 */
export class SinceStart {
  /** By device id; a device that is not in it used nothing yet. */
  readonly devices = new Map<string, Usage>();
  /** All devices together, those that went as well. */
  readonly network = noUsage();

  add(device: string, usage: Usage): void {
    addUsage(this.network, usage);
    const total = this.devices.get(device);
    if (total === undefined) this.devices.set(device, { ...usage });
    else addUsage(total, usage);
  }

  /** The device is part of another, or forgotten: should it come back, it begins at 0. */
  end(device: string): void {
    this.devices.delete(device);
  }
}
