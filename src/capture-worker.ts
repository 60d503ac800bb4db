/** Entry of the capture worker: a worker thread, or a child process for drivers that may bring a process down. */
import { parentPort } from 'node:worker_threads';
import { AppError, messageOf, type ErrorCode } from './base/errors.ts';
import type { Log } from './base/log.ts';
import { systemClock } from './base/clock.ts';
import { openLiveSource } from './capture/open.ts';
import { configuredPrefixes, describeInterface, routedPrefixes } from './capture/interfaces.ts';
import type { CaptureSource } from './capture/source.ts';
import type { Config } from './config/config.ts';
import type { HouseholdOptions } from './demo/household.ts';
import type { Batch } from './model/batch.ts';
import { Monitor } from './monitor.ts';

export interface WorkerOptions {
  monitor: string;
  capture: Config['capture'];
  local: string[];
  /** The made-up household whose frames are metered instead of the interfaces'. */
  demo: (HouseholdOptions & { timeZone: string }) | undefined;
}

export type ToWorker =
  | { type: 'start'; options: WorkerOptions }
  | { type: 'stop' }
  /** A batch was taken over. */
  | { type: 'taken' };

export type FromWorker =
  | { type: 'ready' }
  | { type: 'batch'; batch: Batch }
  | { type: 'log'; level: keyof Log; sentence: string }
  | { type: 'failed'; code: ErrorCode | undefined; message: string }
  | { type: 'stopped' };

const BATCH_MS = 1000;
/** Addresses of the host change rarely; a stale one costs nothing but attribution of the host's own packets. */
const ADDRESSES_MS = 30_000;
/** Batches on their way; while the daemon is busy, further seconds add up in the meter. */
const BATCHES_UNDER_WAY = 2;

/**
 * Batches are copied, some hundred kilobytes at a time. Handing their memory over would be dearer: once a thread has given
 * memory away, the engine throws its code for typed arrays and views away, and asks before every access whether the memory is there.
 */
function post(message: FromWorker, onSent?: () => void): void {
  if (parentPort === null) process.send?.(message, undefined, undefined, onSent);
  else parentPort.postMessage(message);
}

const log: Log = {
  debug: (sentence) => post({ type: 'log', level: 'debug', sentence }),
  info: (sentence) => post({ type: 'log', level: 'info', sentence }),
  warn: (sentence) => post({ type: 'log', level: 'warn', sentence }),
  error: (sentence) => post({ type: 'log', level: 'error', sentence }),
};

/** One run of capture, from start to stop. */
class Run {
  private readonly monitor: Monitor;
  private readonly source: CaptureSource;
  private readonly interfaces: readonly string[];
  private readonly timers: NodeJS.Timeout[] = [];
  private underWay = 0;

  constructor(options: WorkerOptions, source: CaptureSource) {
    const { monitor: name, local, capture, demo } = options;
    this.monitor = new Monitor({ name, live: true, local, clock: systemClock });
    this.source = source;
    this.interfaces = demo === undefined ? capture.interfaces : [];
  }

  async start(): Promise<void> {
    this.updateAddresses();
    await this.source.start(this.monitor.frame);
    this.timers.push(
      setInterval(() => this.sendBatch(), BATCH_MS),
      setInterval(() => this.updateAddresses(), ADDRESSES_MS),
    );
  }

  async stop(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    try {
      await this.source.stop();
    } finally {
      this.underWay = 0;
      this.sendBatch(true);
    }
  }

  taken(): void {
    this.underWay--;
  }

  private sendBatch(isLast = false): void {
    if (this.underWay >= BATCHES_UNDER_WAY) return;
    this.underWay++;
    post({ type: 'batch', batch: this.monitor.takeBatch(this.source.counters(), isLast) });
  }

  private updateAddresses(): void {
    for (const name of this.interfaces) {
      try {
        const { mac } = describeInterface(name);
        const prefixes = configuredPrefixes(name);
        const routed = routedPrefixes(name);
        this.monitor.addInterface({
          name,
          ...(mac === undefined ? {} : { mac }),
          prefixes,
          routed,
        });
      } catch (error) {
        log.debug(messageOf(error));
      }
    }
  }
}

let run: Run | undefined;

async function openSource({ capture, demo }: WorkerOptions): Promise<CaptureSource> {
  if (demo === undefined) return openLiveSource(capture, log);
  const [{ createHousehold }, { openPresent }, { Calendar }] = await Promise.all([
    import('./demo/household.ts'),
    import('./demo/present.ts'),
    import('./usage/calendar.ts'),
  ]);
  const calendar = new Calendar(demo.timeZone);
  return openPresent({ household: createHousehold(demo), calendar, clock: systemClock });
}

async function receive(message: ToWorker): Promise<void> {
  switch (message.type) {
    case 'start': {
      const { options } = message;
      run = new Run(options, await openSource(options));
      await run.start();
      post({ type: 'ready' });
      return;
    }
    case 'taken':
      run?.taken();
      return;
    case 'stop':
      await run?.stop();
      // What is not in the pipe yet would be lost.
      post({ type: 'stopped' }, () => process.disconnect());
      parentPort?.close();
      return;
  }
}

function onMessage(message: ToWorker): void {
  receive(message).catch((error: unknown) => {
    const code = error instanceof AppError ? error.code : undefined;
    post({ type: 'failed', code, message: messageOf(error) });
  });
}

if (parentPort === null) {
  process.on('message', onMessage);
  // A terminal or a service manager signals the whole group; the daemon decides when capture ends.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
  process.once('disconnect', () => process.exit());
} else parentPort.on('message', onMessage);
