import { readFileSync } from 'node:fs';
import { AppError, InvalidField, messageOf } from './base/errors.ts';
import type { LogLevel, ProcessLog } from './base/log.ts';
import { isDeeperThan } from './base/nesting.ts';
import { createValidator } from './base/validator.ts';
import { idOf, nameOf, settle, type Control } from './control.ts';
import { acknowledgeEvents } from './event-control.ts';
import { listGroups, removeGroup, setGroup } from './group-control.ts';
import { listLimits, removeLimit, setLimit } from './limit-control.ts';
import { formatAddress, parseAddress } from './model/address.ts';
import type { DeviceChange } from './model/device.ts';
import type { CommandAnswer, Execute } from './model/command.ts';
import { publishedDeviceDetails, publishedDevices, publishedTime } from './model/published.ts';
import type { UsageRow, UsageSelection } from './model/selection.ts';

interface Command {
  /** `domain/verb`; also the topic of its requests. */
  name: string;
  /** The input's name in model/schemas.json. */
  schema: string;
  /** Gets an input that fits the schema; answers plain JSON. */
  run: (control: Control, input: never) => unknown;
}

interface Reference {
  device: string;
}

/** Everything that can be asked and done from outside, by MQTT, HTTP and the command line. */
const commands: readonly Command[] = [
  { name: 'devices', schema: 'Empty', run: ({ report }) => publishedDevices(report()) },
  { name: 'device', schema: 'DeviceReference', run: showDevice },
  { name: 'device/update', schema: 'DeviceUpdate', run: changeDevice },
  { name: 'device/rename', schema: 'DeviceRename', run: changeDevice },
  { name: 'device/hide', schema: 'DeviceHide', run: changeDevice },
  { name: 'device/merge', schema: 'DeviceMerge', run: mergeDevice },
  { name: 'device/split', schema: 'DeviceSplit', run: splitDevice },
  { name: 'device/forget', schema: 'DeviceReference', run: forgetDevice },
  { name: 'usage', schema: 'UsageSelection', run: showUsage },
  { name: 'peers', schema: 'PeerSelection', run: ({ queries }, input) => queries.peers(input) },
  { name: 'peer/rename', schema: 'PeerRename', run: renamePeer },
  { name: 'groups', schema: 'Empty', run: listGroups },
  { name: 'group/set', schema: 'GroupSet', run: setGroup },
  { name: 'group/remove', schema: 'GroupReference', run: removeGroup },
  { name: 'limits', schema: 'Empty', run: listLimits },
  { name: 'limit/set', schema: 'LimitSet', run: setLimit },
  { name: 'limit/remove', schema: 'LimitReference', run: removeLimit },
  { name: 'events', schema: 'EventSelection', run: ({ queries }, input) => queries.events(input) },
  { name: 'events/acknowledge', schema: 'EventAcknowledgement', run: acknowledgeEvents },
  { name: 'health', schema: 'Empty', run: ({ health }) => health() },
  { name: 'configuration', schema: 'Empty', run: ({ configuration }) => configuration() },
  { name: 'checkpoint', schema: 'Empty', run: writeCheckpoint },
  { name: 'restart', schema: 'Empty', run: restart },
  { name: 'log/level', schema: 'LogLevelChange', run: setLogLevel },
];

/** Names of all commands. */
export const commandNames: readonly string[] = commands.map(({ name }) => name);

const schemas = JSON.parse(
  readFileSync(new URL('model/schemas.json', import.meta.url), 'utf8'),
) as object;

/** No command takes more. */
const DEEPEST_INPUT = 16;

export function createCommands(control: Control): Execute {
  const validator = createValidator(schemas);
  const byName = new Map(commands.map((command) => [command.name, command]));
  return (name, input): CommandAnswer => {
    try {
      const command = byName.get(name);
      if (command === undefined) throw unknownCommand(name);
      if (isDeeperThan(DEEPEST_INPUT, input)) {
        throw new InvalidField('The input', `is nested more than ${DEEPEST_INPUT} levels deep`);
      }
      const copy: unknown = structuredClone(input);
      validator.check(`#/$defs/${command.schema}`, copy);
      return { status: 'ok', data: command.run(control, copy as never) };
    } catch (error) {
      return { status: 'error', error: failureOf(error, name, control.log) };
    }
  };
}

function unknownCommand(name: string): AppError {
  const known = commandNames.join(', ');
  return new AppError('COMMAND_UNKNOWN', `There is no command "${name.slice(0, 40)}": ${known}.`);
}

function failureOf(error: unknown, command: string, log: ProcessLog) {
  if (error instanceof InvalidField) {
    return { code: error.code, message: error.message, field: error.field };
  }
  if (error instanceof AppError) return { code: error.code, message: error.message };
  const stack = error instanceof Error ? error.stack : undefined;
  log.error(`The command ${command} failed: ${messageOf(error)}`, { stack });
  return { code: 'INTERNAL' as const, message: 'This is a fault of LanLedger; see its log.' };
}

function showDevice(control: Control, { device }: Reference) {
  return publishedById(control, idOf(control, device));
}

function changeDevice(control: Control, { device, ...change }: Reference & DeviceChange) {
  const { bookkeeper, events } = control;
  const id = idOf(control, device);
  const before = nameOf(control, id);
  bookkeeper.registry.change(id, change);
  const after = nameOf(control, id);
  const what =
    before === after ? `${after} was changed.` : `${before} is called ${after} from now on.`;
  events.add('device-changed', what, { device: id });
  settle(control);
  return publishedById(control, id);
}

function mergeDevice(control: Control, { device, into }: Reference & { into: string }) {
  const { bookkeeper, events } = control;
  const [from, target] = [idOf(control, device), idOf(control, into)];
  bookkeeper.registry.merge(from, target);
  const remaining = nameOf(control, target);
  events.add('device-merged', `The device ${from} is part of ${remaining} from now on.`, {
    device: target,
  });
  settle(control);
  return publishedById(control, target);
}

function splitDevice(control: Control, { device }: Reference) {
  const { bookkeeper, events } = control;
  bookkeeper.registry.split(device, control.report().at);
  events.add('device-split', `${nameOf(control, device)} goes by itself from now on.`, { device });
  settle(control);
  return publishedById(control, device);
}

function forgetDevice(control: Control, { device }: Reference) {
  const { bookkeeper, events } = control;
  const id = idOf(control, device);
  bookkeeper.registry.forget(id);
  events.add('device-forgotten', `The device ${id} was forgotten.`, { device: id });
  settle(control);
  return {};
}

/** Over MQTT an answer is one message: enough for a month of days of a large home. */
const USAGE_ROWS_LIMIT = 5_000;

function showUsage({ queries }: Control, selection: UsageSelection) {
  const { blocks, ...answer } = queries.usage(selection);
  const usage: UsageRow[] = [];
  for (const rows of blocks) {
    if (usage.length + rows.length > USAGE_ROWS_LIMIT) {
      const most = `more than ${USAGE_ROWS_LIMIT} rows; ask for less, or by HTTP`;
      throw new InvalidField('from', `begins a range of ${most}`);
    }
    usage.push(...rows);
  }
  return { ...answer, usage };
}

function renamePeer(control: Control, { address, name }: { address: string; name: string | null }) {
  const words = parseAddress(address);
  if (words === undefined) throw new InvalidField('address', 'is no IP address');
  const canonical = formatAddress(words);
  const clean = control.bookkeeper.namePeer(canonical, name);
  const what = clean === null ? 'has no name any more' : `is called ${clean} from now on`;
  control.events.add('peer-renamed', `${canonical} ${what}.`);
  settle(control);
  return {};
}

function writeCheckpoint({ bookkeeper }: Control) {
  if (bookkeeper.checkpoint()) return { checkpointAt: publishedTime(bookkeeper.checkpointAt) };
  throw new AppError(
    'STORE_UNWRITABLE',
    bookkeeper.checkpointFailure ?? 'The ledger is not writable.',
  );
}

function restart(control: Control) {
  control.restart();
  return {};
}

function setLogLevel({ log }: Control, { level }: { level: LogLevel }) {
  log.setLevel(level);
  return { level };
}

function publishedById({ bookkeeper, report }: Control, id: string) {
  const device = report().devices.find((each) => each.id === id);
  const known = bookkeeper.registry.get(id);
  if (device !== undefined && known !== undefined) return publishedDeviceDetails(device, known);
  throw new AppError('DEVICE_UNKNOWN', `There is no device "${id}".`);
}
