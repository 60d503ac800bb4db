import { OTHER_DEVICE_ID } from './model/device.ts';
import type { DeviceReport, Report } from './model/report.ts';
import type { EventLog } from './event-log.ts';

/** New devices told one by one at a time; a flood of made-up addresses is told as a number. */
const NEW_DEVICES_LIMIT = 20;

/** Compares each report with the one before and tells what happened in between. */
export class Watch {
  private readonly events: EventLog;
  private online: Map<string, boolean>;
  private readonly interfaces = new Map<string, { up: boolean; dropped: number }>();
  private checkpointFailure: string | undefined;

  /** `first`: nothing in it is news. */
  constructor(events: EventLog, first: Report) {
    this.events = events;
    this.online = onlineOf(first);
  }

  look(report: Report, checkpointFailure: string | undefined): void {
    this.lookAtDevices(report.devices);
    this.online = onlineOf(report);
    for (const { counters } of report.health.monitors) {
      for (const each of counters.interfaces) this.lookAtInterface(each);
    }
    this.lookAtCheckpoints(checkpointFailure);
  }

  private lookAtDevices(devices: readonly DeviceReport[]): void {
    const fresh = devices.filter(({ id }) => !this.online.has(id) && id !== OTHER_DEVICE_ID);
    for (const { id, name } of fresh.slice(0, NEW_DEVICES_LIMIT)) {
      this.events.add('device-new', `${name} was seen for the first time.`, { device: id });
    }
    const further = fresh.length - NEW_DEVICES_LIMIT;
    if (further > 0) {
      this.events.add('device-new', `${further} more devices were seen for the first time.`);
    }
    for (const { id, name, online } of devices) {
      const before = this.online.get(id);
      if (before === undefined || before === online || id === OTHER_DEVICE_ID) continue;
      if (online) this.events.add('device-online', `${name} is back.`, { device: id });
      else this.events.add('device-offline', `${name} is silent.`, { device: id });
    }
  }

  private lookAtInterface({ name, up, dropped }: InterfaceState): void {
    const before = this.interfaces.get(name) ?? { up: true, dropped: 0 };
    this.interfaces.set(name, { up, dropped });
    if (before.up && !up) this.events.add('interface-down', `Interface ${name} is down or gone.`);
    if (!before.up && up) this.events.add('interface-up', `Interface ${name} is up again.`);
    if (before.dropped === 0 && dropped > 0) {
      this.events.add('frames-dropped', `Interface ${name} lost frames: the machine was busy.`);
    }
  }

  private lookAtCheckpoints(failure: string | undefined): void {
    const before = this.checkpointFailure;
    this.checkpointFailure = failure;
    if (failure !== undefined && before === undefined)
      this.events.add('checkpoint-failed', failure);
    if (failure === undefined && before !== undefined) {
      this.events.add('checkpoint-recovered', 'The ledger can be written again.');
    }
  }
}

interface InterfaceState {
  name: string;
  up: boolean;
  dropped: number;
}

function onlineOf({ devices }: Report): Map<string, boolean> {
  return new Map(devices.map(({ id, online }) => [id, online]));
}
