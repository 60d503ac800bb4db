import { OTHER_DEVICE_ID } from './model/device.ts';
import type { EventType } from './model/event.ts';
import type { DeviceReport, Report } from './model/report.ts';
import type { EventLog } from './event-log.ts';

/** Devices told one by one at a time; a flood of made-up addresses, or all going silent at once, is told as a number. */
const DEVICES_LIMIT = 20;

/** Compares each report with the one before and tells what happened in between. */
export class Watch {
  private readonly events: EventLog;
  private online: Map<string, boolean>;
  private devices: ReadonlyMap<string, DeviceReport>;
  private readonly interfaces = new Map<string, { up: boolean; dropped: number }>();
  private checkpointFailure: string | undefined;

  /** `first`: nothing in it is news. */
  constructor(events: EventLog, first: Report) {
    this.events = events;
    this.online = onlineOf(first);
    this.devices = byId(first);
    events.listen(({ type, device }) => {
      // It goes by itself again: that was told, and it is nobody new.
      if (type === 'device-split' && device !== undefined) this.online.set(device, true);
    });
  }

  look(report: Report, checkpointFailure: string | undefined): void {
    this.lookAtDevices(report.devices);
    this.online = onlineOf(report);
    this.devices = byId(report);
    for (const { counters } of report.health.monitors) {
      for (const each of counters.interfaces) this.lookAtInterface(each);
    }
    this.lookAtCheckpoints(checkpointFailure);
  }

  private lookAtDevices(devices: readonly DeviceReport[]): void {
    const told = devices.filter(({ id }) => id !== OTHER_DEVICE_ID);
    const before = ({ id }: DeviceReport) => this.online.get(id);
    const fresh = told.filter((device) => before(device) === undefined);
    const back = told.filter((device) => device.online && before(device) === false);
    const silent = told.filter((device) => !device.online && before(device) === true);
    this.tell('device-new', fresh, ['was seen for the first time', 'were seen for the first time']);
    this.tell('device-online', back, ['is back', 'are back']);
    this.tell('device-offline', silent, ['is silent', 'are silent']);
    this.tellChanges(told.flatMap((device) => changesOf(device, this.devices.get(device.id))));
  }

  private tellChanges(changes: readonly Change[]): void {
    for (const { id, sentence } of changes.slice(0, DEVICES_LIMIT)) {
      this.events.add('device-changed', sentence, { device: id });
    }
    const further = changes.length - DEVICES_LIMIT;
    if (further > 0)
      this.events.add('device-changed', `${further} more names or addresses changed.`);
  }

  private tell(
    type: EventType,
    devices: readonly DeviceReport[],
    [one, many]: readonly [one: string, many: string],
  ): void {
    for (const { id, name } of devices.slice(0, DEVICES_LIMIT)) {
      this.events.add(type, `${name} ${one}.`, { device: id });
    }
    const further = devices.length - DEVICES_LIMIT;
    if (further === 1) this.events.add(type, `1 more device ${one}.`);
    if (further > 1) this.events.add(type, `${further} more devices ${many}.`);
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

function byId({ devices }: Report): Map<string, DeviceReport> {
  return new Map(devices.map((device) => [device.id, device]));
}

interface Change {
  id: string;
  sentence: string;
}

/**
 * Names that the device or the network gave it (the user's are told when they are given), and IPv4 addresses it did not
 * have before: IPv6 brings new ones every day.
 */
function changesOf(device: DeviceReport, before: DeviceReport | undefined): Change[] {
  if (before === undefined) return [];
  const { id, name, nameSource, addresses } = device;
  const changes: Change[] = [];
  if (name !== before.name && nameSource !== 'user' && before.nameSource !== 'user') {
    changes.push({ id, sentence: `${before.name} calls itself ${name}.` });
  }
  const address = addresses.find((each) => !each.includes(':') && !before.addresses.includes(each));
  if (address !== undefined) changes.push({ id, sentence: `${name} has the address ${address}.` });
  return changes;
}
