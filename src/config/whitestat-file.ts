import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../base/errors.ts';
import { fromText } from './environment.ts';
import { isPart, type ConfigPart, type GivenValue } from './given-value.ts';
import { settingOf, type Setting } from './settings.ts';
import { checkMonitor, checkRole, LIST_SEPARATOR } from './whitestat-environment.ts';
import { localPrefixesOf } from './whitestat-masks.ts';

export interface WhitestatFileSources {
  /** Where to look for the file where no data directory is given: ours, then WhiteStat's. */
  directories: { own: string; whitestat: string };
  environment: NodeJS.ProcessEnv;
  /** Gets sentences on what was taken, and what was ignored and why. */
  notes: string[];
}

/** What becomes of one of WhiteStat's keys: a value of ours, or nothing, for a reason that follows "ignored: ". */
type Outcome = { key: string; value: unknown; unreadable?: readonly string[] } | { reason: string };

/** What WhiteStat writes at its first start; `UpdateDBSeconds` was 40 in earlier versions. */
const shippedUpdateSeconds = new Set([300, 40]);
const shipped = { reason: 'that is how WhiteStat ships it' };
const SHIPPED_MEGABYTES = 250;
const noMask = 'no address begins so';
const needless = { reason: 'LanLedger needs no such setting' };

const translations: Record<string, (text: string, folder: string) => Outcome> = {
  HOST_INTERFACE: (text) => translated('capture.interfaces', text),
  ANALYZER_PORT: (text) => translated('http.port', text),
  UpdateDBSeconds: (text) =>
    shippedUpdateSeconds.has(Number(text)) ? shipped : translated('store.checkpointSeconds', text),
  LAN_SEGMENT_V4_MASKS: translateMasks,
  LAN_SEGMENT_V6_MASKS: translateMasks,
  EXTRA_PCAP_FILTER: () => ({
    reason: 'WhiteStat never applied it; set capture.filter where it is wanted',
  }),
  LAN_ROUTERS_TO_SKIP: () => ({ reason: 'LanLedger recognises routers by itself' }),
  IdleSeconds: () => needless,
  MemoryLimitInMB: (text) =>
    Number(text) === SHIPPED_MEGABYTES ? shipped : translated('memoryLimitMegabytes', text),
  LOGFile: () => ({ reason: 'LanLedger logs to its standard error' }),
  TRACEFile: () => ({ reason: 'LanLedger logs to its standard error' }),
  DBFile: (text, folder) => ({
    reason: `"lanledger import whitestat ${join(folder, text)}" brings in what it holds`,
  }),
};

/**
 * The values of WhiteStat's configuration in the data directory, for keys that `given` does not have. Throws
 * `CONFIG_INVALID` where it asks for one half of WhiteStat alone.
 */
export function whitestatFileValues(
  given: readonly GivenValue[],
  { directories, environment, notes }: WhitestatFileSources,
): GivenValue[] {
  const folder = folderOf(given, directories);
  const path = join(folder, 'WhiteStatConfig.json');
  const content = existsSync(path) ? read(path, notes) : undefined;
  if (content === undefined) return [];
  checkRoles(content, { path, environment, notes });
  const isSet = (key: string) => given.some(({ setting }) => setting.key === key);
  const values: GivenValue[] = [];
  const tale = new Tale(path);
  for (const [name, value] of Object.entries(content)) {
    if (passedOver.has(name) || isEmpty(value)) continue;
    const outcome = translate(name, textOf(value), folder);
    if ('reason' in outcome) tale.ignored(name, outcome.reason);
    else if (isSet(outcome.key)) tale.ignored(name, `${outcome.key} is set elsewhere`);
    else {
      tale.taken(name, outcome.key);
      for (const part of outcome.unreadable ?? []) tale.ignored(`"${part}" of ${name}`, noMask);
      addValue(values, valueOf(outcome.key, outcome.value, { path, name }));
    }
  }
  notes.push(...tale.sentences());
  if (folder === directories.whitestat && !isSet('dataDirectory')) {
    values.push(valueOf('dataDirectory', folder, { path, name: 'DATA_STORE' }));
  }
  return values;
}

/** What was made of the file, one sentence for all keys of a kind. */
class Tale {
  private readonly path: string;
  private readonly uses: string[] = [];
  private readonly reasons = new Map<string, string[]>();

  constructor(path: string) {
    this.path = path;
  }

  taken(name: string, key: string): void {
    this.uses.push(`${name} as ${key}`);
  }

  ignored(name: string, reason: string): void {
    this.reasons.set(reason, [...(this.reasons.get(reason) ?? []), name]);
  }

  sentences(): string[] {
    const passedBy = [...this.reasons].map(([reason, names]) => {
      const verb = names.length === 1 ? 'is' : 'are';
      return `${this.path}: ${names.join(', ')} ${verb} ignored: ${reason}.`;
    });
    if (this.uses.length === 0) return passedBy;
    return [`${this.path}: LanLedger takes ${this.uses.join(', ')}.`, ...passedBy];
  }
}

function translate(name: string, text: string, folder: string): Outcome {
  const translation = Object.hasOwn(translations, name) ? translations[name] : undefined;
  return translation?.(text, folder) ?? { reason: 'nothing here goes by such a name' };
}

/** Looked at apart, or known from where the file lies. */
const passedOver = new Set(['ROLE', 'MONITOR_URL', 'DATA_STORE']);

/** WhiteStat's own folder only where nothing says otherwise: no key, and no ledger in ours. */
function folderOf(
  given: readonly GivenValue[],
  { own, whitestat }: WhitestatFileSources['directories'],
): string {
  const chosen = given.findLast(({ setting }) => setting.key === 'dataDirectory')?.value;
  if (typeof chosen === 'string' && chosen !== '') return chosen;
  const isOurs = ['lanledger.db', 'WhiteStatConfig.json'].some((name) =>
    existsSync(join(own, name)),
  );
  return !isOurs && existsSync(join(whitestat, 'WhiteStatConfig.json')) ? whitestat : own;
}

function read(path: string, notes: string[]): ConfigPart | undefined {
  try {
    const content: unknown = JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''));
    if (isPart(content)) return content;
    notes.push(`${path} is ignored: it holds no keys.`);
  } catch (error) {
    notes.push(`${path} is ignored: it cannot be read (${messageOf(error)}).`);
  }
  return undefined;
}

/** The environment is stronger. */
function checkRoles(
  content: ConfigPart,
  { path, environment, notes }: { path: string } & Omit<WhitestatFileSources, 'directories'>,
): void {
  const textIn = (name: string) => ((environment[name] ?? '') === '' ? textOf(content[name]) : '');
  checkRole(textIn('ROLE'), notes, `ROLE in ${path}`);
  checkMonitor(textIn('MONITOR_URL'), notes, `MONITOR_URL in ${path}`);
}

function translated(key: string, text: string): Outcome {
  return { key, value: fromText(text, existing(key), LIST_SEPARATOR) };
}

function translateMasks(text: string): Outcome {
  const { prefixes, unreadable } = localPrefixesOf(text.split(LIST_SEPARATOR));
  if (prefixes.length > 0) return { key: 'networks.local', value: prefixes, unreadable };
  return { reason: unreadable.length > 0 ? noMask : 'LanLedger knows these networks' };
}

/** Both kinds of masks are networks of the home. */
function addValue(values: GivenValue[], value: GivenValue): void {
  const same = values.find(({ setting }) => setting === value.setting);
  if (same === undefined) values.push(value);
  else same.value = [...(same.value as unknown[]), ...(value.value as unknown[])];
}

function valueOf(
  key: string,
  value: unknown,
  { path, name }: { path: string; name: string },
): GivenValue {
  return { setting: existing(key), value, source: `file ${path}`, name: `${name} in ${path}` };
}

function existing(key: string): Setting {
  const setting = settingOf(key);
  if (setting === undefined) throw new RangeError(`There is no key ${key}.`);
  return setting;
}

function isEmpty(value: unknown): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
