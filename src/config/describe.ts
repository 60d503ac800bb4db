import type { LoadedConfig } from './load.ts';
import { settings, valueAt } from './settings.ts';
import { shown } from './shown.ts';

/** One key of the effective configuration, as people and programs may see it. */
export interface SettingDescription {
  key: string;
  /** Secrets are masked, accounts left out of URLs. */
  value: unknown;
  /** `default`, `file PATH`, `environment NAME`, `command line` or `Home Assistant` */
  source: string;
  /** May change while the daemon runs. */
  reloadable: boolean;
  description: string;
}

/** All keys with their values, in the order of the schema. */
export function describeConfig({
  config,
  origins,
}: Pick<LoadedConfig, 'config' | 'origins'>): SettingDescription[] {
  return settings.map(({ key, path, schema }) => ({
    key,
    value: shown(valueAt(config, path), schema),
    source: origins.get(key) ?? 'default',
    reloadable: schema.reloadable === true,
    description: schema.description,
  }));
}
