import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { AppError, messageOf } from '../base/errors.ts';
import type { Config } from './config.ts';
import { fileValues } from './config-file.ts';
import { checkTogether } from './cross-check.ts';
import { environmentValues } from './environment.ts';
import { givenValues, invalid, type ConfigPart, type GivenValue } from './given-value.ts';
import { setAt, settings } from './settings.ts';
import { isTimeZone, noTimeZone } from './time-zone.ts';
import { whitestatValues } from './whitestat-environment.ts';
import { whitestatFileValues } from './whitestat-file.ts';

export interface ConfigSources {
  /** YAML file that must exist; where absent, `/etc/lanledger/lanledger.yaml` is read if it is there. */
  file?: string | undefined;
  environment: NodeJS.ProcessEnv;
  /** Wins over all others. */
  commandLine: ConfigPart;
  /** What `commandLine` is called where somebody else gives its values. */
  origin?: string;
  /** Where data lies if nobody says otherwise, ours and that of WhiteStat's image; the usual folders where absent. */
  directories?: { own: string; whitestat: string };
}

export interface LoadedConfig {
  config: Config;
  /** Where values come from, by key: `file PATH`, `environment NAME`, `command line`, `Home Assistant`; a default has no entry. */
  origins: ReadonlyMap<string, string>;
  /** Sentences on what was passed over. */
  notes: readonly string[];
}

/**
 * Defaults, then WhiteStat's file in the data directory, then our file, then WhiteStat's environment variables, then ours (`LANLEDGER_<PATH>`, such as
 * LANLEDGER_HTTP_PORT), then the command line. Throws an AppError that names the key, the value and the fix.
 */
export async function loadConfig(sources: ConfigSources): Promise<LoadedConfig> {
  const notes: string[] = [];
  const { environment, directories = usualDirectories(), origin = 'command line' } = sources;
  const given = [
    ...(await fileValues(sources.file)),
    ...whitestatValues(environment, notes),
    ...environmentValues(environment),
    ...givenValues(sources.commandLine, origin),
  ];
  given.unshift(...whitestatFileValues(given, { directories, environment, notes }));
  const effective = new Map(given.map((value) => [value.setting.key, value]));
  if (effective.size > 0) {
    // The validator is loaded only where there is something to check: it takes a while.
    const { checkValues } = await import('./value-check.ts');
    checkValues([...effective.values()]);
  }
  const config = withDefaults(effective);
  const origins = new Map([...effective].map(([key, { source }]) => [key, source]));
  if (config.dataDirectory === '') config.dataDirectory = directories.own;
  checkDataDirectory(config.dataDirectory, effective.get('dataDirectory')?.name);
  if (config.timeZone === '') config.timeZone = systemTimeZone(sources.environment, origins, notes);
  if (config.mqtt.passwordFile !== '') readPassword(config.mqtt, origins);
  checkTogether(config);
  return { config, origins, notes };
}

function withDefaults(effective: ReadonlyMap<string, GivenValue>): Config {
  const config = {};
  for (const { key, path, schema } of settings) {
    setAt(config, path, structuredClone(effective.get(key)?.value ?? schema.default));
  }
  return config as Config;
}

function checkDataDirectory(path: string, name = 'dataDirectory'): void {
  if (!isFile(path)) return;
  throw invalid(`${name} is "${path}", which is a file: use the folder of the ledger.`);
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    // What is missing or may not be looked at is told by whoever uses it.
    return false;
  }
}

/** The system reads TZ itself; where that holds no time zone, it counts in UTC. */
function systemTimeZone(
  { TZ }: NodeJS.ProcessEnv,
  origins: Map<string, string>,
  notes: string[],
): string {
  if (TZ === undefined || TZ === '') {
    return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
  }
  origins.set('timeZone', 'environment TZ');
  if (isTimeZone(TZ)) return TZ;
  notes.push(noTimeZone(TZ));
  return 'UTC';
}

function readPassword(mqtt: Config['mqtt'], origins: Map<string, string>): void {
  const { password, passwordFile } = mqtt;
  if (password !== '') {
    throw invalid('mqtt.password and mqtt.passwordFile are both set: remove one of them.');
  }
  mqtt.password = readText(passwordFile).replace(/\r?\n$/, '');
  if (mqtt.password === '') {
    throw invalid(`mqtt.passwordFile ${passwordFile} is empty: write the password into it.`);
  }
  origins.set('mqtt.password', `file ${passwordFile}`);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new AppError(
      'CONFIG_UNREADABLE',
      `mqtt.passwordFile ${file} cannot be read (${messageOf(error)}): check the path and its permissions.`,
      { cause: error },
    );
  }
}

function usualDirectories() {
  const isRoot = process.getuid?.() === 0;
  const own = isRoot ? '/var/lib/lanledger' : `${homedir()}/.local/share/lanledger`;
  return { own, whitestat: '/mnt/whitestat' };
}
