import { InvalidField } from '../base/errors.ts';
import { createValidator, type Validator } from '../base/validator.ts';
import { parseAddress, parsePrefix } from '../model/address.ts';
import { invalid, type GivenValue } from './given-value.ts';
import { settings, type SettingSchema } from './settings.ts';
import { shown } from './shown.ts';
import { isTimeZone } from './time-zone.ts';
import { alternatives } from './unknown-key.ts';

/** Texts whose form a schema cannot tell. */
const forms: Record<string, (text: string) => boolean> = {
  timeZone: (text) => text === '' || isTimeZone(text),
  'networks.local': (text) => parsePrefix(text) !== undefined,
  'names.dnsServers': isDnsServer,
};

/** Throws `CONFIG_INVALID` with the name, the value and what to use instead, where one does not fit its schema. */
export function checkValues(values: readonly GivenValue[]): void {
  // One schema per key: the whole one would be compiled even where a file gives a single key.
  const document = Object.fromEntries(settings.map(({ key, schema }) => [key, schema]));
  const validator = createValidator(document);
  for (const value of values) checkValue(value, validator);
}

function checkValue({ setting, value, name }: GivenValue, validator: Validator): void {
  const { key, schema } = setting;
  const pointer = `#/${key}`;
  const fits = (part: unknown, at: string) =>
    isValid(validator, at, part) && (forms[key]?.(part as string) ?? true);
  if (schema.type !== 'array') {
    if (!fits(value, pointer)) throw refused(name, 'is', value, schema);
  } else if (Array.isArray(value)) {
    const wrong: unknown[] = value.filter((item) => !fits(item, `${pointer}/items`));
    if (wrong.length > 0) throw refused(name, 'holds', wrong[0], schema);
  } else {
    const text = JSON.stringify(shown(value, schema));
    throw invalid(`${name} is ${text}: use a list, such as [${text}].`);
  }
}

function isValid(validator: Validator, pointer: string, value: unknown): boolean {
  try {
    validator.check(pointer, value);
    return true;
  } catch (error) {
    if (error instanceof InvalidField) return false;
    throw error;
  }
}

function refused(name: string, verb: 'is' | 'holds', value: unknown, schema: SettingSchema) {
  const text = JSON.stringify(shown(value, schema));
  return invalid(`${name} ${verb} ${text}: use ${expectation(schema)}.`);
}

function expectation({ type, enum: choices, expected, minimum, maximum }: SettingSchema): string {
  if (expected !== undefined) return expected;
  if (choices !== undefined) return alternatives(choices);
  if (type === 'boolean') return 'true or false';
  if (type !== 'integer') return 'text, in quotes where it looks like a number';
  const limits = maximum === undefined ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`;
  return `a whole number ${limits}`;
}

/** An address, with a port where it is not 53: `192.168.1.1:5353`, `[fd00::1]:5353`. */
function isDnsServer(text: string): boolean {
  const [, bracketed, plain, port = '53'] = /^(?:\[(.+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const isPort = Number(port) > 0 && Number(port) <= 65_535;
  return isPort && parseAddress(bracketed ?? plain ?? text) !== undefined;
}
