/**
 * Sends the home's traffic at a steady rate and knows at every moment what it has sent. Runs in the sender's network
 * namespace and obeys lines on standard input (`traffic.js` is its other half); each is answered by one line of JSON.
 */
import { stdin, stdout } from 'node:process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { HEAD_BYTES, UDP, writeFrame } from '../frame.js';
import { devices, gateway } from '../home.js';
import { SENDING_INTERFACE } from '../lab.js';
import { createPacketStream } from '../packet-stream.js';
import { closeSocket, countFrames, createTape, openSocket, sendFrom } from '../tape.js';

/** About a minute of traffic; then it begins anew. */
const TAPE_PACKETS = 1 << 17;
const TICK_MS = 10;
/** More than one tick's share catches up after a pause of the process, but never in one go. */
const LARGEST_BATCH = 200;
/** Remote addresses of one burst, and how fast they come. */
const BURST_PACKETS = 20_000;
const BURST_BATCH = 50;
const BURST_PAYLOAD_BYTES = 40;
/** What was sent is known for each moment of so long ago; before, nothing had been sent. */
const MEMORY_MS = 180_000;

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
  },
});
const rate = Number(values.rate);
const stream = createPacketStream({ seed: Number(values.seed), mix: 'home' });
const tape = createTape(stream, TAPE_PACKETS);
const burst = createBurst();
/** Bytes and packets of bursts by index of the device. @type {Map<number, { upload: number, packets: number }>} */
const bursts = new Map();

let fd = openSocket(SENDING_INTERFACE);
let isSending = false;
let sent = 0;
let burstsMade = 0;
/** Epoch ms, and what was sent by then. @type {{ at: number, sent: number }[]} */
let moments = [];

/** Frames whose destinations are written anew for each burst. */
function createBurst() {
  const heads = Buffer.alloc(BURST_PACKETS * HEAD_BYTES);
  const frameBytes = new Uint16Array(BURST_PACKETS);
  let frame = 0;
  const ipBytes = writeBurst(heads, frameBytes, 0, 0);
  return {
    frameBytes,
    ipBytes,
    tape: createTape({ heads, frameBytes, next: () => frame++ }, BURST_PACKETS),
  };
}

/** @param {Buffer} heads @param {Uint16Array} frameBytes @param {number} device @param {number} number of the burst */
function writeBurst(heads, frameBytes, device, number) {
  let bytes = 0;
  for (let packet = 0; packet < BURST_PACKETS; packet++) {
    const host = (number * BURST_PACKETS + packet) & 0x3fffff;
    const address = Uint8Array.of(100, 64 + (host >>> 16), (host >>> 8) & 255, host & 255);
    const { mac, address: own } = devices[device];
    const size = writeFrame(heads, packet * HEAD_BYTES, {
      from: { mac, address: own, port: 40_000 },
      to: { mac: gateway.mac, address, port: 443 },
      protocol: UDP,
      payloadBytes: BURST_PAYLOAD_BYTES,
      payload: undefined,
    });
    frameBytes[packet] = size.frameBytes;
    bytes = size.ipBytes;
  }
  return bytes;
}

/** One message after the other; those the interface refuses are tried again, over a socket of its own where it is another. */
async function sendBurst(/** @type {number} */ device) {
  const { tape: own, frameBytes, ipBytes } = burst;
  writeBurst(Buffer.from(own.heads.buffer), frameBytes, device, burstsMade);
  burstsMade++;
  const tally = bursts.get(device) ?? { upload: 0, packets: 0 };
  bursts.set(device, tally);
  for (let done = 0; done < BURST_PACKETS;) {
    const taken = sendFrom(fd, own, done, Math.min(BURST_BATCH, BURST_PACKETS - done));
    if (taken <= 0) reopen();
    done += Math.max(0, taken);
    tally.upload += Math.max(0, taken) * ipBytes;
    tally.packets += Math.max(0, taken);
    await delay(TICK_MS);
  }
}

/** The interface may be another one of the same name by now. */
function reopen() {
  try {
    const next = openSocket(SENDING_INTERFACE);
    closeSocket(fd);
    fd = next;
  } catch {
    // It is not there yet.
  }
}

async function sendSteadily() {
  let due = 0;
  let last = performance.now();
  for (;;) {
    await delay(TICK_MS);
    const now = performance.now();
    due = isSending ? Math.min(due + ((now - last) * rate) / 1000, LARGEST_BATCH) : 0;
    last = now;
    const position = sent % TAPE_PACKETS;
    const count = Math.min(Math.floor(due), TAPE_PACKETS - position);
    if (count < 1) continue;
    const taken = sendFrom(fd, tape, position, count);
    if (taken <= 0) reopen();
    due -= count;
    sent += Math.max(0, taken);
    moments.push({ at: Date.now(), sent });
    if (moments[0].at < Date.now() - MEMORY_MS) moments = moments.slice(moments.length >> 1);
  }
}

/** What the devices used up to a moment, or until now; bursts always count in full. */
function truthUntil(/** @type {number | undefined} */ at) {
  const known = at === undefined ? undefined : moments.findLast((moment) => moment.at <= at);
  const packets = at === undefined ? sent : (known?.sent ?? 0);
  const truth = stream.truthOf(countFrames(packets, tape.frames, stream.frameBytes.length));
  for (const [device, { upload, packets: more }] of bursts) {
    const usage = truth.devices[devices[device].id];
    usage.upload += upload;
    usage.packets += more;
  }
  return truth.devices;
}

/** @type {Record<string, (argument: string) => unknown>} */
const commands = {
  go: () => void (isSending = true),
  pause: () => void (isSending = false),
  burst: (device) => sendBurst(Number(device)),
  truth: (at) => truthUntil(at === '' ? undefined : Number(at)),
};

void sendSteadily();
stdout.write('"ready"\n');
for await (const line of createInterface({ input: stdin })) {
  const [name, argument = ''] = line.split(' ');
  stdout.write(`${JSON.stringify((await commands[name](argument)) ?? 'done')}\n`);
}
process.exit();
