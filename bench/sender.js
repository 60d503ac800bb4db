/**
 * Sends the traffic of `packet-stream.js` into an interface through a raw packet socket, as fast as told. `live.js`
 * starts it inside the sender's network namespace: it says `ready`, waits for a line on standard input, sends, and
 * prints what it sent as JSON.
 */
import { stdin, stdout } from 'node:process';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { createPacketStream } from './packet-stream.js';
import { countFrames, createTape, openSocket, sendFrom } from './tape.js';

/** Packets prepared in memory; the sender goes round and round. Long enough to meet nearly all remote addresses. */
const TAPE_PACKETS = 1 << 20;
const LARGEST_BURST = 256;
/** Between bursts at rates that leave time to sleep. */
const PAUSE_MS = 0.5;
/** Gives up where the rate cannot be reached: this many times the planned duration. */
const PATIENCE = 2;

/**
 * @typedef {object} Sent
 * @property {number} seconds
 * @property {number} refused how often the interface had no room and the packet was tried again
 * @property {import('./usage.js').Truth} truth
 */

/**
 * Sends `limit` packets, or as many as `milliseconds` allow. A packet the interface refuses is tried again.
 *
 * @param {number} fd
 * @param {import('./tape.js').Tape} tape
 * @param {{ rate: number, limit: number, milliseconds: number }} plan `rate` in packets per second, Infinity = no pause
 */
function send(fd, tape, { rate, limit, milliseconds }) {
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  const start = performance.now();
  let sent = 0;
  let refused = 0;
  let elapsed = 0;
  while (sent < limit && elapsed < milliseconds) {
    const due = rate === Infinity ? sent + LARGEST_BURST : Math.floor((elapsed * rate) / 1000);
    const position = sent % TAPE_PACKETS;
    const count = Math.min(Math.min(due, limit) - sent, LARGEST_BURST, TAPE_PACKETS - position);
    if (count < 1) {
      Atomics.wait(sleeper, 0, 0, PAUSE_MS);
    } else {
      const done = sendFrom(fd, tape, position, count);
      if (done > 0) sent += done;
      if (done < count) refused++;
    }
    elapsed = performance.now() - start;
  }
  return { sent, refused, seconds: elapsed / 1000 };
}

async function main() {
  const { values } = parseArgs({
    options: {
      interface: { type: 'string', default: '' },
      rate: { type: 'string', default: 'max' },
      seconds: { type: 'string', default: '10' },
      mix: { type: 'string', default: 'home' },
      seed: { type: 'string', default: '1' },
    },
  });
  const stream = createPacketStream({ seed: Number(values.seed), mix: values.mix });
  const tape = createTape(stream, TAPE_PACKETS);
  const fd = openSocket(values.interface);
  const rate = values.rate === 'max' ? Infinity : Number(values.rate);
  const milliseconds = Number(values.seconds) * 1000;
  const plan =
    rate === Infinity
      ? { rate, limit: Infinity, milliseconds }
      : { rate, limit: (rate * milliseconds) / 1000, milliseconds: milliseconds * PATIENCE };
  const lines = createInterface({ input: stdin });
  stdout.write('ready\n');
  await lines[Symbol.asyncIterator]().next();
  const { sent, refused, seconds } = send(fd, tape, plan);
  const truth = stream.truthOf(countFrames(sent, tape.frames, stream.frameBytes.length));
  stdout.write(`${JSON.stringify({ seconds, refused, truth })}\n`);
  lines.close();
}

await main();
