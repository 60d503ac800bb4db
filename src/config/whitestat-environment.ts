import { fromText, variableValue } from './environment.ts';
import { invalid, type GivenValue } from './given-value.ts';
import { settingOf } from './settings.ts';

/** WhiteStat's names of environment variables, and our keys. */
const aliases = [
  { variable: 'HOST_INTERFACE', key: 'capture.interfaces' },
  { variable: 'ANALYZER_PORT', key: 'http.port' },
  { variable: 'DATA_STORE', key: 'dataDirectory' },
];

/** Between several interfaces, roles or networks. */
export const LIST_SEPARATOR = /[|,]/;

/**
 * The values that WhiteStat's environment variables give. Some of their names are used by other programs, too: what cannot
 * be meant for us is passed over with a note.
 */
export function whitestatValues(environment: NodeJS.ProcessEnv, notes: string[]): GivenValue[] {
  checkRole(environment['ROLE'] ?? '', notes);
  checkMonitor(environment['MONITOR_URL'] ?? '', notes);
  return aliases.flatMap(({ variable, key }) => {
    const text = environment[variable] ?? '';
    const setting = settingOf(key);
    if (text === '' || setting === undefined) return [];
    if (variable === 'DATA_STORE' && !/^[./]/.test(text)) {
      notes.push('DATA_STORE is ignored: it is no folder (such as /data).');
      return [];
    }
    return [variableValue(setting, variable, fromText(text, setting, LIST_SEPARATOR))];
  });
}

/** `name`: what the user calls it. Throws `CONFIG_INVALID` for one half of WhiteStat alone. */
export function checkRole(text: string, notes: string[], name = 'ROLE'): void {
  if (text === '') return;
  const roles = text.split(LIST_SEPARATOR).map((role) => role.trim());
  if (!roles.includes('MONITOR') && !roles.includes('ANALYZER')) {
    notes.push(`${name} is ignored: it names neither MONITOR nor ANALYZER.`);
  } else if (roles.toSorted().join('|') !== 'ANALYZER|MONITOR') {
    throw invalid(
      `${name} is "${text}", but this release does both in one process: remove ROLE, or set it to MONITOR|ANALYZER.`,
    );
  }
}

/** An address to listen at is of no use here; that of a monitor elsewhere asks for what does not exist. */
export function checkMonitor(text: string, notes: string[], name = 'MONITOR_URL'): void {
  if (text === '') return;
  if (/^[^/:]+:\d+$/.test(text)) {
    throw invalid(
      `${name} names a monitor on another machine, but this release does both in one process: remove MONITOR_URL.`,
    );
  }
  notes.push(
    /^:\d+$/.test(text)
      ? `${name} is ignored: monitor and analyzer are one process.`
      : `${name} is ignored: it is no address of a monitor.`,
  );
}
