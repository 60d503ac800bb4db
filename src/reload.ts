import type { ProcessLog } from './base/log.ts';
import type { LoadedConfig } from './config/load.ts';
import { applyReloadable, changedKeys } from './config/reload.ts';
import type { EventLog } from './event-log.ts';

/** Takes up what may change while the daemon runs, and says what waits for a restart. */
export function reloadConfig(
  loaded: LoadedConfig,
  changed: LoadedConfig,
  { log, events }: { log: ProcessLog; events: EventLog },
): void {
  const { reloadable, needRestart: waiting } = changedKeys(loaded.config, changed.config);
  // The password file is read at each connection anyway.
  const isFromFile = changed.config.mqtt.passwordFile !== '';
  const needRestart = waiting.filter((key) => key !== 'mqtt.password' || !isFromFile);
  if (reloadable.length === 0 && needRestart.length === 0) {
    log.info('The configuration was read again: nothing has changed.');
    return;
  }
  if (needRestart.length > 0) {
    log.warn(`These changes wait for a restart: ${needRestart.join(', ')}.`);
  }
  if (reloadable.length === 0) return;
  applyReloadable(loaded.config, changed.config);
  const stays = [...loaded.origins].filter(([key]) => !reloadable.includes(key));
  const comes = [...changed.origins].filter(([key]) => reloadable.includes(key));
  loaded.origins = new Map([...stays, ...comes]);
  if (reloadable.includes('log.level')) log.setLevel(loaded.config.log.level);
  const sentence = `The configuration has changed: ${reloadable.join(', ')}.`;
  log.info(sentence);
  events.add('configuration-changed', sentence);
}
