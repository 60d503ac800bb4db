import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { resolve } from 'node:path';

/** The program as it is built. */
export const MAIN = resolve('dist/main.js');

export interface ProgramOptions {
  /** What it reads on standard input; nothing where absent. */
  input?: Uint8Array;
  /** Its environment, besides the search path. */
  environment?: Record<string, string>;
  /** A command that runs it: `['ip', 'netns', 'exec', 'home']`. */
  launcher?: readonly string[];
  /** User and group to run as. */
  userId?: number;
}

/** How a run of the program ended, and what it wrote. */
export interface Ending {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** A run of the program. */
export interface Running {
  child: ChildProcessWithoutNullStreams;
  ended: Promise<Ending>;
}

/** Starts the built program with a standard input that stays open. */
export function startProgram(args: readonly string[], options: ProgramOptions = {}): Running {
  if (!existsSync(MAIN)) throw new Error(`${MAIN} is missing: run "npm run build" first`);
  const { environment, launcher = [], userId } = options;
  const [command = '', ...rest] = [...launcher, process.execPath, MAIN, ...args];
  const child = spawn(command, rest, {
    stdio: 'pipe',
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...environment },
    ...(userId === undefined ? {} : { uid: userId, gid: userId }),
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  // A program that refuses its arguments never reads what is sent to it.
  child.stdin.on('error', () => {});
  const ended = once(child, 'close').then(([exitCode]: (number | null)[]) => ({
    exitCode: exitCode ?? null,
    stdout,
    stderr,
  }));
  return { child, ended };
}

/** Runs the built program to its end. */
export function runProgram(args: readonly string[], options: ProgramOptions = {}): Promise<Ending> {
  const { child, ended } = startProgram(args, options);
  child.stdin.end(options.input ?? new Uint8Array(0));
  return ended;
}
