/** Rules for what stands at several places of a document. */

import { abbreviations } from './home-assistant-vocabulary.ts';

export type Json = Record<string, unknown>;

export function checkAvailability(holder: Json, where: string, faults: string[]): void {
  const { availability: list, availability_topic: topic, availability_mode: mode } = holder;
  if (list !== undefined && topic !== undefined) faults.push(`${where}: availability twice`);
  if (mode !== undefined && !['all', 'any', 'latest'].includes(shown(mode))) {
    faults.push(`${where}: availability_mode`);
  }
  if (list === undefined) return;
  const entries = Array.isArray(list) ? list : [list];
  for (const entry of entries) {
    const full = isObject(entry)
      ? expand(entry, { ...abbreviations, t: 'topic' }, where, faults)
      : {};
    const known = ['topic', 'payload_available', 'payload_not_available', 'value_template'];
    closed(full, new Set(known), `${where} availability`, faults);
    if (!isTopic(full['topic'])) faults.push(`${where}: availability topic`);
  }
}

export function checkTopics(holder: Json, where: string, faults: string[]): void {
  for (const [key, value] of Object.entries(holder)) {
    if (key.endsWith('_topic') && value !== undefined && !isTopic(value)) {
      faults.push(`${where}: ${key}`);
    }
  }
}

export function checkQos(holder: Json, where: string, faults: string[]): void {
  const { qos } = holder;
  if (qos !== undefined && ![0, 1, 2].includes(qos as number)) faults.push(`${where}: qos`);
  if (holder['retain'] === true) faults.push(`${where}: retained commands`);
}

export function expand(
  given: Json,
  names: Record<string, string>,
  where: string,
  faults: string[],
): Json {
  const full: Json = {};
  for (const [key, value] of Object.entries(given)) {
    const name = names[key] ?? key;
    if (name in full) faults.push(`${where}: ${name} twice`);
    full[name] = value;
  }
  return full;
}

export function closed(
  holder: Json,
  keys: ReadonlySet<string>,
  where: string,
  faults: string[],
): void {
  for (const key of Object.keys(holder)) {
    if (!keys.has(key)) faults.push(`${where}: unknown key ${key}`);
  }
}

export function shown(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isTopic(value: unknown): boolean {
  // eslint-disable-next-line no-control-regex
  return typeof value === 'string' && /^[^+#\u0000]{1,65535}$/.test(value);
}

export function isUrl(value: unknown, protocols: string[]): boolean {
  return (
    typeof value === 'string' && URL.canParse(value) && protocols.includes(new URL(value).protocol)
  );
}
