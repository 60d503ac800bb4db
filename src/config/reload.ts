import { isDeepStrictEqual } from 'node:util';
import type { Config } from './config.ts';
import { setAt, settings, valueAt } from './settings.ts';

/** The keys whose values differ: those that may change while the daemon runs, and those that need a restart. */
export function changedKeys(
  before: Config,
  after: Config,
): { reloadable: string[]; needRestart: string[] } {
  const changed = settings.filter(
    ({ path }) => !isDeepStrictEqual(valueAt(before, path), valueAt(after, path)),
  );
  const keys = (reloadable: boolean) =>
    changed
      .filter(({ schema }) => (schema.reloadable === true) === reloadable)
      .map(({ key }) => key);
  return { reloadable: keys(true), needRestart: keys(false) };
}

/** Copies the values that may change while the daemon runs into `target`, in place: its parts read it live. */
export function applyReloadable(target: Config, source: Config): void {
  for (const { path, schema } of settings) {
    if (schema.reloadable === true) setAt(target, path, structuredClone(valueAt(source, path)));
  }
}
