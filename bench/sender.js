/**
 * Sends the traffic of `packet-stream.js` into an interface through a raw packet socket, as fast as told. `live.js`
 * starts it inside the sender's network namespace: it says `ready`, waits for a line on standard input, sends, and
 * prints what it sent as JSON.
 */
import koffi from 'koffi';
import { stdin, stdout } from 'node:process';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { HEAD_BYTES } from './frame.js';
import { createPacketStream } from './packet-stream.js';

/** Packets prepared in memory; the sender goes round and round. Long enough to meet nearly all remote addresses. */
const TAPE_PACKETS = 1 << 20;
/** `struct mmsghdr` and two `struct iovec` of a 64-bit Linux (sendmmsg(2)). */
const MESSAGE_BYTES = 64;
const VECTOR_BYTES = 16;
const VECTORS_OFFSET = 16;
const VECTOR_COUNT_OFFSET = 24;
/** Longest tail of a frame after its head. */
const TAIL_BYTES = 1514;

const AF_PACKET = 17;
const SOCK_RAW = 3;
const SOL_SOCKET = 1;
const SO_SNDBUFFORCE = 32;
const SOL_PACKET = 263;
const PACKET_QDISC_BYPASS = 20;
const SEND_BUFFER_BYTES = 8 << 20;
const PROT_READ_WRITE = 3;
const MAP_PRIVATE_ANONYMOUS = 0x22;

const LARGEST_BURST = 256;
/** Between bursts at rates that leave time to sleep. */
const PAUSE_MS = 0.5;
/** Gives up where the rate cannot be reached: this many times the planned duration. */
const PATIENCE = 2;

const libc = koffi.load('libc.so.6');
const socket = libc.func('int socket(int domain, int type, int protocol)');
const setsockopt = libc.func(
  'int setsockopt(int fd, int level, int name, const int *value, uint32 length)',
);
const bind = libc.func('int bind(int fd, const uint8_t *address, uint32 length)');
const interfaceIndex = libc.func('uint32 if_nametoindex(const char *name)');
const mmap = libc.func(
  'void *mmap(void *at, size_t length, int protection, int flags, int fd, int64 offset)',
);
const sendmmsg = libc.func('int sendmmsg(int fd, uintptr_t messages, uint32 count, int flags)');

/**
 * @typedef {object} Sent
 * @property {number} seconds
 * @property {number} refused how often the interface had no room and the packet was tried again
 * @property {import('./usage.js').Truth} truth
 */

/** @param {number} bytes @returns {{ address: number, memory: ArrayBuffer }} zeros that never move */
function allocate(bytes) {
  const pointer = mmap(null, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
  return { address: Number(koffi.address(pointer)), memory: koffi.view(pointer, bytes) };
}

/**
 * The messages of `sendmmsg`, ready to go, and the frame that each one carries.
 *
 * @param {import('./packet-stream.js').PacketStream} stream
 */
function createTape({ heads, frameBytes, next }) {
  const frames = new Uint32Array(TAPE_PACKETS);
  const headMemory = allocate(heads.length);
  new Uint8Array(headMemory.memory).set(heads);
  const tail = allocate(TAIL_BYTES);
  const vectors = allocate(TAPE_PACKETS * 2 * VECTOR_BYTES);
  const messages = allocate(TAPE_PACKETS * MESSAGE_BYTES);
  const vectorView = new DataView(vectors.memory);
  const messageView = new DataView(messages.memory);
  for (let packet = 0; packet < TAPE_PACKETS; packet++) {
    const frame = next();
    frames[packet] = frame;
    const headBytes = Math.min(frameBytes[frame], HEAD_BYTES);
    const vector = packet * 2 * VECTOR_BYTES;
    writeWord(vectorView, vector, headMemory.address + frame * HEAD_BYTES);
    writeWord(vectorView, vector + 8, headBytes);
    writeWord(vectorView, vector + 16, tail.address);
    writeWord(vectorView, vector + 24, frameBytes[frame] - headBytes);
    const message = packet * MESSAGE_BYTES;
    writeWord(messageView, message + VECTORS_OFFSET, vectors.address + vector);
    writeWord(messageView, message + VECTOR_COUNT_OFFSET, headBytes < frameBytes[frame] ? 2 : 1);
  }
  return { frames, address: messages.address };
}

/** @param {DataView} view @param {number} at @param {number} value a whole number below 2^53 */
function writeWord(view, at, value) {
  view.setUint32(at, value >>> 0, true);
  view.setUint32(at + 4, Math.floor(value / 2 ** 32), true);
}

/** @param {string} name of an interface */
function openSocket(name) {
  const fd = socket(AF_PACKET, SOCK_RAW, 0);
  if (fd < 0) throw new Error(`No raw packet socket (errno ${koffi.errno()}): run this as root.`);
  setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, [1], 4);
  setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, [SEND_BUFFER_BYTES], 4);
  const address = Buffer.alloc(20);
  address.writeUInt16LE(AF_PACKET, 0);
  address.writeInt32LE(interfaceIndex(name), 4);
  if (bind(fd, address, address.length) < 0) {
    throw new Error(`Cannot send on ${name} (errno ${koffi.errno()}).`);
  }
  return fd;
}

/**
 * Sends `limit` packets, or as many as `milliseconds` allow. A packet the interface refuses is tried again.
 *
 * @param {number} fd
 * @param {number} tape address of the messages
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
      const done = sendmmsg(fd, tape + position * MESSAGE_BYTES, count, 0);
      if (done > 0) sent += done;
      if (done < count) refused++;
    }
    elapsed = performance.now() - start;
  }
  return { sent, refused, seconds: elapsed / 1000 };
}

/**
 * @param {number} sent
 * @param {Uint32Array} frames of the tape
 * @param {number} kinds number of different frames
 */
function countFrames(sent, frames, kinds) {
  const rounds = Math.floor(sent / TAPE_PACKETS);
  const rest = sent % TAPE_PACKETS;
  const counts = new Float64Array(kinds);
  for (const [packet, frame] of frames.entries())
    counts[frame] += packet < rest ? rounds + 1 : rounds;
  return counts;
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
  const tape = createTape(stream);
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
  const { sent, refused, seconds } = send(fd, tape.address, plan);
  const truth = stream.truthOf(countFrames(sent, tape.frames, stream.frameBytes.length));
  stdout.write(`${JSON.stringify({ seconds, refused, truth })}\n`);
  lines.close();
}

await main();
