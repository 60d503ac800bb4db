import prettyBytes from 'pretty-bytes';
import { AppError } from './base/errors.ts';
import { idOf, settle, type Control } from './control.ts';
import { targetOf } from './limit-book.ts';
import { displayName } from './model/device.ts';
import {
  limitKey,
  limitWords,
  NETWORK_TARGET,
  type Limit,
  type LimitId,
  type LimitTarget,
} from './model/limit.ts';
import { publishedLimits } from './model/published.ts';

/** Where nobody says otherwise. */
const WARNING_PERCENT = 80;

type LimitSettings = Omit<Limit, 'warningPercent'> & Partial<Pick<Limit, 'warningPercent'>>;

/** `limits` */
export function listLimits({ report }: Control) {
  return { limits: publishedLimits(report()) };
}

/** `limit/set`: `target` is "network", or whatever means a device or a group; 0 bytes are no limit. */
export function setLimit(control: Control, { target, ...settings }: LimitSettings) {
  const { bookkeeper, events, report } = control;
  const wanted = { ...settings, target: targetIdOf(control, target) };
  const key = limitKey(wanted);
  const before = bookkeeper.limits.get(key)?.warningPercent;
  const limit: Limit = {
    ...wanted,
    warningPercent: wanted.warningPercent ?? before ?? WARNING_PERCENT,
  };
  if (limit.bytes === 0) {
    if (bookkeeper.limits.get(key) !== undefined) dropLimit(control, limit);
    return {};
  }
  if (bookkeeper.limits.put(limit)) {
    const about = { ...targetOf(limit.target, bookkeeper), limit: key };
    const size = `${prettyBytes(limit.bytes)}, with a warning at ${limit.warningPercent} %`;
    events.add('limit-changed', `${wordsOf(control, limit)} is ${size}.`, about);
    settle(control);
  }
  const found = publishedLimits(report()).find(({ id }) => id === key);
  if (found !== undefined) return found;
  throw unknownLimit(limit);
}

/** `limit/remove` */
export function removeLimit(control: Control, { target, ...rest }: LimitId) {
  const id = { ...rest, target: targetIdOf(control, target) };
  if (control.bookkeeper.limits.get(limitKey(id)) === undefined) throw unknownLimit(id);
  dropLimit(control, id);
  return {};
}

function dropLimit(control: Control, id: LimitId): void {
  const { bookkeeper, events } = control;
  const key = limitKey(id);
  bookkeeper.limits.remove(id);
  const about = { ...targetOf(id.target, bookkeeper), limit: key };
  events.add('limit-changed', `${wordsOf(control, id)} was removed.`, about);
  settle(control);
}

function wordsOf({ bookkeeper }: Control, id: LimitId): string {
  const device = bookkeeper.registry.get(id.target);
  const name = device === undefined ? bookkeeper.groups.get(id.target)?.name : displayName(device);
  return limitWords(id, name ?? 'the network');
}

/** Groups go by id or name, devices by whatever else means them. Throws where both are called that, or neither. */
function targetIdOf(control: Control, reference: string): LimitTarget {
  if (reference.toLowerCase() === NETWORK_TARGET) return NETWORK_TARGET;
  const group = control.bookkeeper.groups.find(reference)?.id;
  if (group === reference) return group;
  const device = deviceOf(control, reference);
  if (group !== undefined && device !== undefined) {
    const message = `Both a group (${group}) and a device (${device}) are called "${reference}": use the id of the one you mean.`;
    throw new AppError('REQUEST_INVALID', message);
  }
  const found = group ?? device;
  if (found !== undefined) return found;
  throw new AppError('DEVICE_UNKNOWN', `There is no device or group "${reference}".`);
}

function deviceOf(control: Control, reference: string): string | undefined {
  try {
    return idOf(control, reference);
  } catch (error) {
    if (error instanceof AppError && error.code === 'DEVICE_UNKNOWN') return undefined;
    throw error;
  }
}

function unknownLimit(id: LimitId): AppError {
  return new AppError('LIMIT_UNKNOWN', `There is no limit ${limitKey(id)}.`);
}
