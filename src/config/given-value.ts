import { AppError } from '../base/errors.ts';
import { sections, settingOf, type Setting } from './settings.ts';
import { shown } from './shown.ts';
import { unknownKey } from './unknown-key.ts';

/** A value that somebody gave for a key. */
export interface GivenValue {
  setting: Setting;
  value: unknown;
  /** `file /etc/lanledger/lanledger.yaml`, `environment LANLEDGER_HTTP_PORT`, `command line`, `Home Assistant` */
  source: string;
  /** What the user calls it: the key, or the environment variable. */
  name: string;
}

/** A nested part of a configuration, as a file or the command line gives it. */
export type ConfigPart = { [key: string]: unknown };

/**
 * The values of a nested part. A key without a value, such as a section whose keys are all commented out, is as good as
 * absent. Throws `CONFIG_INVALID` where there is no such key.
 */
export function givenValues(part: ConfigPart, source: string, section = ''): GivenValue[] {
  return Object.entries(part).flatMap(([name, value]) => {
    const key = section === '' ? name : `${section}.${name}`;
    // Looked up by its own name: a key "http.port" at the top is not the key port of http.
    const setting = name.includes('.') ? undefined : settingOf(key);
    const isSection = !name.includes('.') && sections.has(key);
    if (setting === undefined && !isSection) throw invalid(unknownKey(section, name));
    if (value === null || value === undefined) return [];
    if (setting !== undefined) return [{ setting, value, source, name: key }];
    if (isPart(value)) return givenValues(value, source, key);
    const text = JSON.stringify(shown(value, {}));
    throw invalid(`${key} is ${text}: put its keys below it, each indented by two blanks.`);
  });
}

export function isPart(value: unknown): value is ConfigPart {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function invalid(message: string, options?: ErrorOptions): AppError {
  return new AppError('CONFIG_INVALID', message, options);
}
