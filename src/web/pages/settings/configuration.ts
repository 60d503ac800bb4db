import { computed } from '@preact/signals';
import type { Setting } from '../../api/operations.ts';
import { createResource } from '../../state/resource.ts';

/** What the daemon runs with. */
export const configuration = createResource('showConfiguration', () => ({}));

/** Values by key. */
const values = computed(
  () =>
    new Map<string, unknown>(
      configuration.value.value?.settings.map(({ key, value }) => [key, value]),
    ),
);

/** One value; undefined before the configuration is known. */
export function settingOf(key: string): unknown {
  return values.value.get(key);
}

/** A value as it is written in the file; empty where nothing is set. */
export function valueText({ value }: Setting): string {
  const text: unknown = value;
  if (typeof text === 'string') return text;
  return Array.isArray(text) ? text.join(', ') : JSON.stringify(text);
}

/** Where a value comes from, in words. */
export function sourceText({ source }: Setting): string {
  if (source === 'default') return 'Default';
  return source
    .replace(/^file /, 'File ')
    .replace(/^environment /, 'Environment variable ')
    .replace(/^command line/, 'Command line');
}
