import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { Ajv, type ErrorObject } from 'ajv';
import { parse } from 'yaml';
import { AppError, messageOf } from '../base/errors.ts';
import { parsePrefix } from '../model/address.ts';
import type { Config } from './config.ts';

interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  writeOnly?: boolean;
  description?: string;
}

/** A nested part of a configuration, as the command line gives it. */
export type ConfigPart = { [key: string]: unknown };

export interface ConfigSources {
  /** YAML file that must exist; where absent, `/etc/lanledger/lanledger.yaml` is read if it is there. */
  file?: string | undefined;
  environment: NodeJS.ProcessEnv;
  /** Wins over all others. */
  commandLine: ConfigPart;
}

const DEFAULT_FILE = '/etc/lanledger/lanledger.yaml';

const schema = JSON.parse(readFileSync(new URL('schema.json', import.meta.url), 'utf8')) as Schema;
const validate = new Ajv({ useDefaults: true, strict: true, verbose: true }).compile<Config>(
  schema,
);

/**
 * Defaults, then the file, then the environment (`LANLEDGER_<PATH>`, such as LANLEDGER_HTTP_PORT), then the command line.
 * Throws an AppError that names the key, the value and the fix.
 */
export function loadConfig(sources: ConfigSources): Config {
  const config = readFile(sources.file);
  checkEnvironment(sources.environment);
  merge(config, readEnvironment(schema, ['LANLEDGER'], sources.environment));
  merge(config, sources.commandLine);
  if (!validate(config)) throw invalid(sentence(validate.errors?.[0]));
  if (config.dataDirectory === '') config.dataDirectory = defaultDataDirectory();
  if (config.timeZone === '') {
    config.timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  }
  checkTimeZone(config.timeZone);
  config.networks.local.forEach(checkPrefix);
  return config;
}

function readFile(file: string | undefined): ConfigPart {
  const path = file ?? DEFAULT_FILE;
  if (file === undefined && !existsSync(path)) return {};
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new AppError(
      'CONFIG_UNREADABLE',
      `The configuration ${path} cannot be read (${messageOf(error)}): check the path and its permissions.`,
      { cause: error },
    );
  }
  try {
    const content: unknown = parse(text);
    if (content === null || content === undefined) return {};
    if (isPart(content)) return withoutEmpty(content);
  } catch (error) {
    const [problem = ''] = messageOf(error).split('\n', 1);
    throw invalid(`${path} is not valid YAML: ${problem.replace(/:$/, '')}.`);
  }
  throw invalid(`${path} must hold keys and values, such as "http: { port: 8777 }".`);
}

/** The part of the configuration that environment variables set, by the schema's keys. */
function readEnvironment(
  node: Schema,
  path: readonly string[],
  environment: NodeJS.ProcessEnv,
): ConfigPart {
  const part: ConfigPart = {};
  for (const [key, child] of Object.entries(node.properties ?? {})) {
    const childPath = [...path, environmentPart(key)];
    if (child.properties !== undefined) {
      const inner = readEnvironment(child, childPath, environment);
      if (Object.keys(inner).length > 0) part[key] = inner;
      continue;
    }
    const text = environment[childPath.join('_')];
    if (text !== undefined && text !== '') part[key] = fromText(text, child);
  }
  return part;
}

/** A misspelt variable must not be passed over. */
function checkEnvironment(environment: NodeJS.ProcessEnv): void {
  const known = new Set(environmentNames(schema, ['LANLEDGER']));
  const unknown = Object.keys(environment).find(
    (name) => name.startsWith('LANLEDGER_') && !known.has(name),
  );
  if (unknown === undefined) return;
  const section = unknown.split('_').slice(0, 2).join('_');
  const near = [...known].filter((name) => name.startsWith(section));
  throw invalid(
    `There is no environment variable ${unknown}: use one of ${(near.length > 0 ? near : [...known]).join(', ')}.`,
  );
}

function environmentNames(node: Schema, path: readonly string[]): string[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const childPath = [...path, environmentPart(key)];
    return child.properties === undefined
      ? [childPath.join('_')]
      : environmentNames(child, childPath);
  });
}

/** offlineAfterSeconds -> OFFLINE_AFTER_SECONDS */
function environmentPart(key: string): string {
  return key.replace(/[A-Z]/g, '_$&').toUpperCase();
}

/** Text that is no number or boolean stays text, so that validation names it. */
function fromText(text: string, { type }: Schema): unknown {
  if (type === 'integer' && /^-?\d+$/.test(text)) return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  if (type === 'array') return text.split(',').flatMap((item) => item.trim() || []);
  return text;
}

function merge(target: ConfigPart, source: ConfigPart): void {
  for (const [key, value] of Object.entries(source)) {
    const existing = target[key];
    if (isPart(value) && isPart(existing)) merge(existing, value);
    else target[key] = value;
  }
}

/** A key without a value, such as a section whose keys are all commented out, is as good as absent. */
function withoutEmpty(part: ConfigPart): ConfigPart {
  const entries = Object.entries(part).filter(([, value]) => value !== null);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, isPart(value) ? withoutEmpty(value) : value]),
  );
}

function isPart(value: unknown): value is ConfigPart {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One sentence for a person from what ajv found. */
function sentence(error: ErrorObject | undefined): string {
  if (error === undefined) return 'The configuration is not valid.';
  const key = error.instancePath.slice(1).replaceAll('/', '.');
  const { params } = error as { params: Record<string, unknown> };
  const where = (error.parentSchema ?? {}) as Schema;
  const isNow = `${key || 'The configuration'} is ${shownValue(error.data, where)}`;
  switch (error.keyword) {
    case 'additionalProperties': {
      const unknown = [key, String(params['additionalProperty'])].filter(Boolean).join('.');
      const known = Object.keys(where.properties ?? {}).join(', ');
      return `Unknown key ${unknown}: remove it, or use one of ${known}.`;
    }
    case 'enum':
      return `${isNow}: use one of ${String(params['allowedValues']).replaceAll(',', ', ')}.`;
    case 'type':
      return `${isNow}: it must be of type ${String(params['type'])}.`;
    case 'pattern':
      return `${isNow}, which does not fit. What it means: ${where.description ?? ''}`;
    default:
      return `${isNow}: it ${error.message ?? 'is not valid'}.`;
  }
}

function shownValue(value: unknown, { writeOnly }: Schema): string {
  return writeOnly === true ? 'a secret' : withoutAccount(JSON.stringify(value));
}

/** A URL may carry a password. */
function withoutAccount(text: string): string {
  return text.replace(/\/\/[^/@]*@/, '//...@');
}

function checkTimeZone(timeZone: string): void {
  try {
    Intl.DateTimeFormat('en', { timeZone });
  } catch (error) {
    throw new AppError(
      'CONFIG_INVALID',
      `timeZone is "${timeZone}", which is no time zone: use a name such as Europe/Berlin or UTC.`,
      { cause: error },
    );
  }
}

function checkPrefix(text: string): void {
  if (parsePrefix(text) !== undefined) return;
  throw invalid(
    `networks.local holds "${text}", which is no prefix: use a form such as 192.0.2.0/24 or 2001:db8::/48.`,
  );
}

function defaultDataDirectory(): string {
  return process.getuid?.() === 0 ? '/var/lib/lanledger' : `${homedir()}/.local/share/lanledger`;
}

function invalid(message: string): AppError {
  return new AppError('CONFIG_INVALID', message);
}
