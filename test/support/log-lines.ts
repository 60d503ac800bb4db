import type { Log } from '../../src/base/log.ts';

/** A log that keeps its lines: `warn: sentence`. */
export function collectLog(): { log: Log; lines: string[] } {
  const lines: string[] = [];
  const write = (level: string) => (sentence: string) => void lines.push(`${level}: ${sentence}`);
  const log = {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
  return { log, lines };
}
