/** Frames laid out in memory that never moves, and a raw packet socket that sends them many at a time. */
import koffi from 'koffi';
import { HEAD_BYTES } from './frame.js';

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

const libc = koffi.load('libc.so.6');
const socket = libc.func('int socket(int domain, int type, int protocol)');
const setsockopt = libc.func(
  'int setsockopt(int fd, int level, int name, const int *value, uint32 length)',
);
const close = libc.func('int close(int fd)');
const bind = libc.func('int bind(int fd, const uint8_t *address, uint32 length)');
const interfaceIndex = libc.func('uint32 if_nametoindex(const char *name)');
const mmap = libc.func(
  'void *mmap(void *at, size_t length, int protection, int flags, int fd, int64 offset)',
);
const sendmmsg = libc.func('int sendmmsg(int fd, uintptr_t messages, uint32 count, int flags)');

/** @param {number} bytes @returns {{ address: number, memory: ArrayBuffer }} zeros that never move */
function allocate(bytes) {
  const pointer = mmap(null, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
  return { address: Number(koffi.address(pointer)), memory: koffi.view(pointer, bytes) };
}

/**
 * @typedef {object} Tape
 * @property {Uint32Array} frames which frame each message carries
 * @property {Uint8Array} heads of the frames, as they will be sent
 * @property {number} address of the messages
 */

/**
 * The messages of `sendmmsg`, ready to go, and the frame that each one carries.
 *
 * @param {Pick<import('./packet-stream.js').PacketStream, 'heads' | 'frameBytes' | 'next'>} stream
 * @param {number} packets
 * @returns {Tape}
 */
export function createTape({ heads, frameBytes, next }, packets) {
  const frames = new Uint32Array(packets);
  const headMemory = allocate(heads.length);
  new Uint8Array(headMemory.memory).set(heads);
  const tail = allocate(TAIL_BYTES);
  const vectors = allocate(packets * 2 * VECTOR_BYTES);
  const messages = allocate(packets * MESSAGE_BYTES);
  const vectorView = new DataView(vectors.memory);
  const messageView = new DataView(messages.memory);
  for (let packet = 0; packet < packets; packet++) {
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
  return { frames, heads: new Uint8Array(headMemory.memory), address: messages.address };
}

/** @param {DataView} view @param {number} at @param {number} value a whole number below 2^53 */
function writeWord(view, at, value) {
  view.setUint32(at, value >>> 0, true);
  view.setUint32(at + 4, Math.floor(value / 2 ** 32), true);
}

/** @param {string} name of an interface @returns {number} its descriptor */
export function openSocket(name) {
  const index = interfaceIndex(name);
  if (index === 0) throw new Error(`There is no interface ${name}.`);
  const fd = socket(AF_PACKET, SOCK_RAW, 0);
  if (fd < 0) throw new Error(`No raw packet socket (errno ${koffi.errno()}): run this as root.`);
  setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, [1], 4);
  setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, [SEND_BUFFER_BYTES], 4);
  const address = Buffer.alloc(20);
  address.writeUInt16LE(AF_PACKET, 0);
  address.writeInt32LE(index, 4);
  if (bind(fd, address, address.length) < 0) {
    close(fd);
    throw new Error(`Cannot send on ${name} (errno ${koffi.errno()}).`);
  }
  return fd;
}

/** @param {number} fd */
export function closeSocket(fd) {
  close(fd);
}

/**
 * Sends messages of the tape, from `first` on.
 *
 * @param {number} fd
 * @param {Tape} tape
 * @param {number} first
 * @param {number} count
 * @returns {number} how many the interface took, or less than 0
 */
export function sendFrom(fd, { address }, first, count) {
  return sendmmsg(fd, address + first * MESSAGE_BYTES, count, 0);
}

/**
 * How often each frame was sent by somebody who went round and round the tape.
 *
 * @param {number} sent
 * @param {Uint32Array} frames of the tape
 * @param {number} kinds number of different frames
 */
export function countFrames(sent, frames, kinds) {
  const rounds = Math.floor(sent / frames.length);
  const rest = sent % frames.length;
  const counts = new Float64Array(kinds);
  for (const [packet, frame] of frames.entries())
    counts[frame] += packet < rest ? rounds + 1 : rounds;
  return counts;
}
