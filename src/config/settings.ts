import { readFileSync } from 'node:fs';

/** What `schema.json` says of one key. */
export interface SettingSchema {
  type: 'string' | 'integer' | 'boolean' | 'array';
  description: string;
  default: unknown;
  enum?: readonly string[];
  minimum?: number;
  maximum?: number;
  /** What a value must be, in words that follow "use"; where type and limits do not tell. */
  expected?: string;
  /** A secret: shown to nobody. */
  writeOnly?: boolean;
  /** May change while the daemon runs. */
  reloadable?: boolean;
}

/** One key of the configuration. */
export interface Setting {
  /** `mqtt.tls.caFile` */
  key: string;
  path: readonly string[];
  /** LANLEDGER_MQTT_TLS_CA_FILE */
  environmentName: string;
  schema: SettingSchema;
}

interface SectionSchema {
  properties: Record<string, SectionSchema | SettingSchema>;
}

const root = JSON.parse(
  readFileSync(new URL('schema.json', import.meta.url), 'utf8'),
) as SectionSchema;

/** All keys, in the order of the schema. */
export const settings: readonly Setting[] = settingsOf(root, []);

/** The keys that hold keys: `mqtt`, `mqtt.tls`, ... */
export const sections: ReadonlySet<string> = new Set(
  settings.flatMap(({ path }) => path.slice(0, -1).map((_, at) => path.slice(0, at + 1).join('.'))),
);

const byKey = new Map(settings.map((setting) => [setting.key, setting]));

export function settingOf(key: string): Setting | undefined {
  return byKey.get(key);
}

/** The value at a path of nested objects, or undefined. */
export function valueAt(holder: object, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (part, name) => (part as Record<string, unknown> | undefined)?.[name],
    holder,
  );
}

/** Sets the value at a path; sections on the way are made. */
export function setAt(holder: object, path: readonly string[], value: unknown): void {
  let part = holder as Record<string, unknown>;
  for (const name of path.slice(0, -1)) part = (part[name] ??= {}) as Record<string, unknown>;
  part[path.at(-1) ?? ''] = value;
}

function settingsOf({ properties }: SectionSchema, above: readonly string[]): Setting[] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const path = [...above, name];
    return 'properties' in schema ? settingsOf(schema, path) : [toSetting(path, schema)];
  });
}

function toSetting(path: readonly string[], schema: SettingSchema): Setting {
  return {
    key: path.join('.'),
    path,
    environmentName: ['LANLEDGER', ...path.map(environmentPart)].join('_'),
    schema,
  };
}

/** offlineAfterSeconds -> OFFLINE_AFTER_SECONDS */
function environmentPart(name: string): string {
  return name.replace(/[A-Z]/g, '_$&').toUpperCase();
}
