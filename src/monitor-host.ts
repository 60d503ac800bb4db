import { fork } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import { Backoff } from './base/backoff.ts';
import { AppError, messageOf } from './base/errors.ts';
import type { Log } from './base/log.ts';
import type { FromWorker, ToWorker, WorkerOptions } from './capture-worker.ts';
import type { Batch } from './model/batch.ts';

export interface MonitorHost {
  /** Resolves when capture runs; rejects with an `AppError` where it cannot. */
  start(): Promise<void>;
  /** Resolves when everything captured has been handed on. */
  stop(): Promise<void>;
}

/** What a worker thread and a child process have in common. */
interface Vessel {
  send(message: ToWorker): void;
  onMessage(listener: (message: FromWorker) => void): void;
  onEnd(listener: (reason: string) => void): void;
  end(): void;
}

const entry = new URL('./capture-worker.js', import.meta.url);
/** A worker that cannot say goodbye is ended. */
const STOP_TIMEOUT_MS = 1500;

/** Runs the capture worker and starts it again should it ever die. */
export function createMonitorHost(
  options: WorkerOptions,
  log: Log,
  onBatch: (batch: Batch) => void,
): MonitorHost {
  const backoff = new Backoff(1000, 60_000);
  let vessel: Vessel | undefined;
  let stopping = false;
  let retry: NodeJS.Timeout | undefined;
  let onStopped: (() => void) | undefined;

  function launch(): Promise<void> {
    const current = openVessel(options);
    vessel = current;
    let isReady = false;
    return new Promise<void>((resolve, reject) => {
      current.onMessage((message) => {
        switch (message.type) {
          case 'ready':
            backoff.reset();
            isReady = true;
            resolve();
            return;
          case 'batch':
            onBatch(message.batch);
            current.send({ type: 'taken' });
            return;
          case 'log':
            log[message.level](message.sentence);
            return;
          case 'failed':
            vessel = undefined;
            current.end();
            reject(new AppError(message.code ?? 'CAPTURE_UNSUPPORTED', message.message));
            return;
          case 'stopped':
            onStopped?.();
            return;
        }
      });
      current.onEnd((reason) => {
        onStopped?.();
        // A dying thread says so more than once.
        if (vessel !== current) return;
        vessel = undefined;
        current.end();
        if (stopping) return;
        if (!isReady) {
          reject(new AppError('CAPTURE_UNSUPPORTED', `Capture ended unexpectedly (${reason}).`));
          return;
        }
        log.error(`Capture ended unexpectedly (${reason}): starting it again.`);
        relaunchLater();
      });
      current.send({ type: 'start', options });
    });
  }

  function relaunchLater(): void {
    clearTimeout(retry);
    retry = setTimeout(() => {
      launch().catch((error: unknown) => {
        log.error(`Capture cannot start: ${messageOf(error)}`);
        if (!stopping) relaunchLater();
      });
    }, backoff.next());
  }

  return {
    start: launch,
    async stop() {
      stopping = true;
      clearTimeout(retry);
      const current = vessel;
      if (current === undefined) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => {
          log.error('Capture does not answer: what it counted and has not reported is lost.');
          resolve();
        }, STOP_TIMEOUT_MS);
        onStopped = () => {
          clearTimeout(timer);
          resolve();
        };
        current.send({ type: 'stop' });
      });
      vessel = undefined;
      current.end();
    },
  };
}

/** libpcap's package is native code that is not made for threads: it gets a process of its own. */
function openVessel({ capture }: WorkerOptions): Vessel {
  return capture.driver === 'libpcap' ? openProcess() : openThread();
}

function openThread(): Vessel {
  const worker = new Worker(entry, { resourceLimits: { maxYoungGenerationSizeMb: 2 } });
  return {
    send: (message) => worker.postMessage(message),
    onMessage: (listener) => worker.on('message', listener),
    onEnd(listener) {
      worker.on('error', (error) => listener(error.message));
      worker.on('exit', (code) => listener(`exit code ${code}`));
    },
    end: () => void worker.terminate(),
  };
}

function openProcess(): Vessel {
  const child = fork(entry, { serialization: 'advanced' });
  return {
    send: (message) => void (child.connected && child.send(message)),
    onMessage: (listener) => child.on('message', (message) => listener(message as FromWorker)),
    onEnd(listener) {
      child.on('error', (error) => listener(error.message));
      child.on('exit', (code, signal) => listener(signal ?? `exit code ${code}`));
    },
    // It ignores signals that ask; whatever is wanted of it was taken over before.
    end: () => void child.kill('SIGKILL'),
  };
}
