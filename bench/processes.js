/** Starting, watching and ending the programs that are measured. Everything here is bounded in time. */
import { spawn } from 'node:child_process';
import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { env } from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 50;
/** A program that does not end when asked is killed after this time. */
const PATIENCE_MS = 20_000;
/** `utime` and `stime` count in hundredths of a second (proc_pid_stat(5)). */
const TICKS_PER_SECOND = 100;

/**
 * @typedef {object} Program
 * @property {number} pid
 * @property {import('node:child_process').ChildProcess} child
 * @property {() => string} answer standard output so far
 * @property {() => string} output standard output and standard error so far
 * @property {Promise<unknown>} ended
 * @property {() => boolean} running
 */

/**
 * What a program and its descendants have used.
 *
 * @typedef {object} Footprint
 * @property {number} cpuSeconds user and system, all threads
 * @property {number} residentBytes now
 * @property {number} peakBytes largest resident size; the processes' peaks are added up
 */

/** @type {Set<Program>} */
const started = new Set();

/**
 * @param {readonly string[]} command
 * @returns {Program}
 */
export function startProgram([file, ...rest]) {
  const child = spawn(file, rest, { stdio: 'pipe' });
  let answer = '';
  let output = '';
  let running = true;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  }
  child.stdout.on('data', (text) => (answer += text));
  child.stdin.on('error', () => {});
  const ended = new Promise((resolve) => {
    child.once('error', (error) => (output += `${error.message}\n`));
    child.once('close', () => {
      running = false;
      started.delete(program);
      resolve(undefined);
    });
  });
  /** @type {Program} */
  const program = {
    pid: child.pid ?? 0,
    child,
    answer: () => answer,
    output: () => output,
    ended,
    running: () => running,
  };
  started.add(program);
  return program;
}

/**
 * @param {Program} program
 * @param {NodeJS.Signals} signal that asks it to end in good order
 */
export async function stopProgram(program, signal = 'SIGTERM') {
  if (!program.running()) return;
  if (signal === 'SIGKILL') killFamily(program);
  else program.child.kill(signal);
  const timer = new AbortController();
  await Promise.race([
    program.ended,
    delay(PATIENCE_MS, undefined, { signal: timer.signal }).catch(() => {}),
  ]);
  timer.abort();
  if (program.running()) killFamily(program);
  await program.ended;
}

/** Kills whatever this module started and is still there. */
export function killPrograms() {
  for (const program of started) killFamily(program);
}

/**
 * Its children, too: some programs leave theirs behind when they are killed.
 *
 * @param {Program} program
 */
function killFamily({ pid }) {
  if (pid === 0) return;
  for (const member of familyOf(pid)) {
    try {
      process.kill(member, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
}

/**
 * Waits until the condition holds; false where the program ended or time ran out before.
 *
 * @param {Program} program
 * @param {() => boolean} condition
 * @param {number} milliseconds
 */
export async function waitUntil(program, condition, milliseconds) {
  for (let waited = 0; waited < milliseconds && program.running(); waited += POLL_MS) {
    if (condition()) return true;
    await delay(POLL_MS);
  }
  return condition();
}

/**
 * @param {number} root process id
 * @returns {Footprint}
 */
export function footprintOf(root) {
  const total = { cpuSeconds: 0, residentBytes: 0, peakBytes: 0 };
  for (const pid of familyOf(root)) {
    const status = read(`/proc/${pid}/status`);
    total.cpuSeconds += cpuSecondsOf(pid);
    total.residentBytes += kibibytes(status, 'VmRSS') * 1024;
    total.peakBytes += kibibytes(status, 'VmHWM') * 1024;
  }
  return total;
}

/**
 * `stat` knows of threads that have ended but counts in hundredths; `schedstat` counts nanoseconds of the threads that live.
 *
 * @param {number} pid
 */
function cpuSecondsOf(pid) {
  const fields = statFields(read(`/proc/${pid}/stat`));
  const ticks = Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  const nanoseconds = entries(`/proc/${pid}/task`)
    .map((thread) => Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(' ')[0]))
    .reduce((sum, value) => sum + value, 0);
  return Math.max(ticks / TICKS_PER_SECOND, nanoseconds / 1e9);
}

/** @param {number} root @returns {number[]} the process and its descendants */
function familyOf(root) {
  const parents = entries('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), parent: parentOf(Number(name)) }));
  const family = [root];
  for (const member of family) {
    family.push(...parents.filter(({ parent }) => parent === member).map(({ pid }) => pid));
  }
  return family;
}

/** @param {number} pid */
function parentOf(pid) {
  return Number(statFields(read(`/proc/${pid}/stat`))[1] ?? 0);
}

/** @param {string} stat @returns {string[]} the fields after the name, which may contain anything: state, ppid, ... */
function statFields(stat) {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** @param {string} status @param {string} key */
function kibibytes(status, key) {
  return Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
}

/**
 * Full path of an installed program, also where only root's path has it.
 *
 * @param {string} name
 * @returns {string | undefined}
 */
export function findProgram(name) {
  const folders = [...(env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} path @returns {string} empty where the file is gone */
export function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** @param {string} path @returns {string[]} */
function entries(path) {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
