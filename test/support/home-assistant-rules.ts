/** What Home Assistant accepts over MQTT discovery without a word in its log; stricter where it would be silent. */

import { checkComponent } from './home-assistant-component.ts';
import {
  checkAvailability,
  checkQos,
  checkTopics,
  closed,
  expand,
  isObject,
  isText,
  isUrl,
} from './home-assistant-fields.ts';
import {
  abbreviations,
  deviceAbbreviations,
  deviceKeys,
  originAbbreviations,
  originKeys,
  rootKeys,
} from './home-assistant-vocabulary.ts';

/** One message as it was published. */
export interface Published {
  topic: string;
  payload: string;
  retained: boolean;
}

/** Every reason why Home Assistant would refuse, ignore or misread the document; none where all is well. */
export function faultsOfDocument(
  topic: string,
  payload: string,
  prefix = 'homeassistant',
): string[] {
  const faults: string[] = [];
  if (!isDocumentTopic(topic, prefix)) faults.push(`illegal topic ${topic}`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(payload);
  } catch {
    return [...faults, 'no JSON'];
  }
  if (!isObject(parsed)) return [...faults, 'no object'];
  const root = expand(parsed, abbreviations, 'root', faults);
  closed(root, rootKeys, 'root', faults);
  checkDevice(root['device'], faults);
  checkOrigin(root['origin'], faults);
  checkAvailability(root, 'root', faults);
  checkTopics(root, 'root', faults);
  checkQos(root, 'root', faults);
  const components = root['components'];
  if (!isObject(components) || Object.keys(components).length === 0) {
    return [...faults, 'no components'];
  }
  const seen = new Set<string>();
  for (const [key, component] of Object.entries(components)) {
    const where = `component ${key}`;
    if (!/^[a-zA-Z0-9_-]+$/.test(key)) faults.push(`${where}: illegal key`);
    if (!isObject(component)) faults.push(`${where}: no object`);
    else checkComponent(where, component, root, seen, faults);
  }
  return faults;
}

function isDocumentTopic(topic: string, prefix: string): boolean {
  if (!topic.startsWith(`${prefix}/device/`) || !topic.endsWith('/config')) return false;
  const ids = topic.slice(`${prefix}/device/`.length, -'/config'.length).split('/');
  return ids.length <= 2 && ids.every((id) => /^[a-zA-Z0-9_-]+$/.test(id));
}

function checkDevice(device: unknown, faults: string[]): void {
  if (!isObject(device)) {
    faults.push('no device');
    return;
  }
  const full = expand(device, deviceAbbreviations, 'device', faults);
  closed(full, deviceKeys, 'device', faults);
  const { identifiers = [], connections = [] } = full;
  const ids = Array.isArray(identifiers) ? identifiers : [identifiers];
  const links = Array.isArray(connections) ? connections : [connections];
  if (ids.length + links.length === 0) faults.push('device: neither identifiers nor connections');
  if (!ids.every(isText)) faults.push('device: identifiers');
  for (const link of links) checkConnection(link, faults);
  for (const [key, value] of Object.entries(full)) {
    if (key === 'identifiers' || key === 'connections') continue;
    if (!isText(value)) faults.push(`device: ${key}`);
  }
  const url = full['configuration_url'];
  if (url !== undefined && !isUrl(url, ['http:', 'https:', 'homeassistant:'])) {
    faults.push('device: configuration_url');
  }
}

function checkConnection(link: unknown, faults: string[]): void {
  if (!Array.isArray(link) || link.length !== 2 || !link.every(isText)) {
    faults.push('device: connections');
    return;
  }
  const [kind, value] = link as [string, string];
  if (kind !== 'mac') return;
  if (!/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(value)) faults.push('device: no MAC address');
  else if ((Number.parseInt(value.slice(0, 2), 16) & 2) !== 0) {
    faults.push('device: randomised MAC address as connection');
  }
}

function checkOrigin(origin: unknown, faults: string[]): void {
  if (!isObject(origin)) {
    faults.push('no origin');
    return;
  }
  const full = expand(origin, originAbbreviations, 'origin', faults);
  closed(full, originKeys, 'origin', faults);
  if (!isText(full['name'])) faults.push('origin: name is missing');
  if (full['sw_version'] !== undefined && !isText(full['sw_version'])) {
    faults.push('origin: sw_version');
  }
  const url = full['support_url'];
  if (url !== undefined && !isUrl(url, ['http:', 'https:'])) faults.push('origin: support_url');
}

/** Faults of what is published besides documents: who reads which topic must get what it can read. */
export function faultsOfMessages(messages: readonly Published[], eventTopic: string): string[] {
  return messages
    .filter(({ topic, retained }) => topic === eventTopic && retained)
    .map(({ topic }) => `${topic} is retained`);
}
