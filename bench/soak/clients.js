/** Clients that are there all the time: one asks for the devices, one watches the live stream. */
import { setTimeout as delay } from 'node:timers/promises';

const EVERY_MS = 2000;
const COME_BACK_MS = 500;
/** Without a word for so long the stream is broken: it has a heartbeat of 15 s, and rates each second. */
const SILENCE_MS = 30_000;

/** @param {import('./daemon.js').Daemon} daemon */
export function startClients(daemon) {
  const tally = {
    answers: 0,
    slowestMs: 0,
    streamBytes: 0,
    streams: 0,
    wrong: /** @type {string[]} */ ([]),
  };
  const over = new AbortController();
  /** While the daemon is ended on purpose nobody answers. */
  const watchLife = () => {
    const { pid, isWanted } = daemon;
    return () => isWanted && daemon.isWanted && daemon.pid === pid && !over.signal.aborted;
  };

  async function ask() {
    while (!over.signal.aborted) {
      await delay(EVERY_MS);
      const isSameLife = watchLife();
      const before = performance.now();
      try {
        await daemon.get('devices');
        tally.answers++;
        tally.slowestMs = Math.max(tally.slowestMs, performance.now() - before);
      } catch (error) {
        if (isSameLife()) tally.wrong.push(`devices: ${String(error)}`);
      }
    }
  }

  async function watch() {
    while (!over.signal.aborted) {
      const isSameLife = watchLife();
      const silence = () => void tally.wrong.push('the live stream is silent');
      /** @type {NodeJS.Timeout | undefined} */
      let timer;
      let reason = 'ended';
      try {
        const stream = await daemon.live();
        tally.streams++;
        for await (const chunk of stream) {
          tally.streamBytes += chunk.length;
          clearTimeout(timer);
          timer = setTimeout(silence, SILENCE_MS);
        }
      } catch (error) {
        reason = String(error);
      }
      clearTimeout(timer);
      await delay(COME_BACK_MS);
      if (isSameLife()) tally.wrong.push(`live: ${reason}`);
    }
  }

  void ask();
  void watch();
  return { tally, stop: () => over.abort() };
}
