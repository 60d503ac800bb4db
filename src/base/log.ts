import { pino, type Level } from 'pino';

/** One line per event. `about` carries the values a machine may want; the sentence is for people. */
export interface Log {
  debug(sentence: string, about?: object): void;
  info(sentence: string, about?: object): void;
  warn(sentence: string, about?: object): void;
  error(sentence: string, about?: object): void;
}

/** The log of a process. */
export interface ProcessLog extends Log {
  /** Lines of lower levels are left out from here on. */
  setLevel(level: LogLevel): void;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

export type LogFormat = 'text' | 'json';

/** Writes to standard error: standard output belongs to the commands' results. */
export function createLog(level: LogLevel, format: LogFormat): ProcessLog {
  const stream = {
    write: (line: string) => void process.stderr.write(format === 'json' ? line : toText(line)),
  };
  const logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, stream);
  const write = (at: Level) => (sentence: string, about?: object) => {
    if (about === undefined) logger[at](sentence);
    else logger[at](about, sentence);
  };
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    setLevel(to) {
      logger.level = to;
    },
  };
}

const levelNames: Record<number, string> = { 20: 'debug', 30: 'info', 40: 'warning', 50: 'error' };

function toText(line: string): string {
  const { level, time, msg } = JSON.parse(line) as { level: number; time: string; msg: string };
  return `${time.replace('T', ' ').slice(0, 19)}Z ${levelNames[level] ?? level}: ${msg}\n`;
}
