/**
 * The program that runs inside a namespace and makes traffic there on request (`agent.ts` is its other half). Plain
 * JavaScript: it starts under a bare `node`, without a build.
 *
 * UDP: the first four bytes of a datagram ask the server for that many replies (16 bits) of that many bytes (16 bits).
 * TCP: the first sixteen bytes tell how many bytes follow and how many to send back (64 bits each).
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const CHUNK = Buffer.alloc(65_536, 0x5a);
const HEADER = 16;
/** Datagrams on their way at a time: few enough for every queue in between, even where three devices send at once. */
const WINDOW = 16;
/** What Linux grants without privileges; the kernel doubles it for its own bookkeeping. */
const SOCKET_BUFFER = 212_992;
/** The first packet of a flow goes alone: connection tracking may drop its companions while it sets up the translation. */
const FLOW_SET_UP_MS = 3;

const calls = { udpServe, udpExchange, tcpServe, tcpTransfer, ping, sendFrames, get };

async function udpServe({ address, port }) {
  const socket = openSocket(address);
  socket.on('message', (request, from) => {
    const count = request.readUInt16BE(0);
    const reply = Buffer.alloc(request.readUInt16BE(2));
    for (let i = 0; i < count; i += 1) socket.send(reply, from.port, from.address);
  });
  socket.bind(port, address);
  await once(socket, 'listening');
}

/** Sends `count` datagrams of `bytes`, each answered by `replies` datagrams of `replyBytes`; resolves to the replies that came. */
async function udpExchange({ from, to, port, count, bytes, replies = 0, replyBytes = 0 }) {
  const socket = openSocket(to);
  socket.bind(0, from);
  await once(socket, 'listening');
  const request = Buffer.alloc(bytes);
  request.writeUInt16BE(replies, 0);
  request.writeUInt16BE(replyBytes, 2);
  let received = 0;
  const arrived = waiter(() => received);
  socket.on('message', () => {
    received += 1;
    arrived.check();
  });
  for (let sent = 0; sent < count;) {
    const burst = sent === 0 ? 1 : Math.min(WINDOW, count - sent);
    await Promise.all(Array.from({ length: burst }, () => send(socket, request, port, to)));
    sent += burst;
    await arrived.atLeast(sent * replies);
    if (sent === 1) await delay(FLOW_SET_UP_MS);
  }
  socket.close();
  return received;
}

function send(socket, datagram, port, to) {
  return new Promise((resolve, reject) => {
    socket.send(datagram, port, to, (error) => (error ? reject(error) : resolve()));
  });
}

/** `atLeast(goal)` resolves once the count has come, or after three seconds without it; call `check` when it grew. */
function waiter(count) {
  let wanted = 0;
  let wake;
  return {
    check: () => {
      if (count() >= wanted) wake?.();
    },
    atLeast: (goal) =>
      new Promise((resolve) => {
        wanted = goal;
        const timer = setTimeout(resolve, 3000);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
        if (count() >= goal) wake();
      }),
  };
}

async function tcpServe({ address, port }) {
  const server = createServer((socket) => {
    let head = Buffer.alloc(0);
    let received = 0;
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      received += chunk.length;
      if (head.length < HEADER) head = Buffer.concat([head, chunk.subarray(0, HEADER)]);
      if (head.length < HEADER) return;
      const expected = HEADER + Number(head.readBigUInt64BE(0));
      if (received === expected) void write(socket, Number(head.readBigUInt64BE(8)));
    });
  });
  server.listen(port, address);
  await once(server, 'listening');
}

/** Sends `upload` bytes, receives `download` bytes over one connection; resolves to the bytes received. */
async function tcpTransfer({ from, to, port, upload = 0, download = 0 }) {
  const socket = connect({ host: to, port, localAddress: from });
  let received = 0;
  socket.on('data', (chunk) => {
    received += chunk.length;
  });
  await once(socket, 'connect');
  const head = Buffer.alloc(HEADER);
  head.writeBigUInt64BE(BigInt(upload), 0);
  head.writeBigUInt64BE(BigInt(download), 8);
  socket.write(head);
  for (let left = upload; left > 0; left -= CHUNK.length) {
    if (!socket.write(CHUNK.subarray(0, Math.min(left, CHUNK.length)))) await once(socket, 'drain');
  }
  await once(socket, 'close');
  return received;
}

async function write(socket, bytes) {
  for (let left = bytes; left > 0; left -= CHUNK.length) {
    if (!socket.write(CHUNK.subarray(0, Math.min(left, CHUNK.length)))) await once(socket, 'drain');
  }
  socket.end();
}

/** ICMP echo requests with `bytes` of payload; the kernel at the other end answers. */
async function ping({ from, to, count, bytes }) {
  const v6 = to.includes(':');
  const libc = systemCalls();
  const descriptor = libc.open(v6 ? AF_INET6 : AF_INET, SOCK_RAW, v6 ? 58 : 1);
  const source = socketAddress(from);
  if (libc.bind(descriptor, source, source.length) !== 0) throw new Error(`bind to ${from} failed`);
  const target = socketAddress(to);
  for (let i = 0; i < count; i += 1) {
    const echo = Buffer.alloc(8 + bytes);
    echo[0] = v6 ? 128 : 8;
    echo.writeUInt16BE(process.pid & 0xffff, 4);
    echo.writeUInt16BE(i, 6);
    echo.writeUInt16BE(v6 ? 0 : checksum(echo), 2);
    libc.sendWhole(descriptor, echo, target);
    if (i === 0) await delay(FLOW_SET_UP_MS);
  }
  libc.close(descriptor);
}

/** Sends whole Ethernet frames (base64), each `count` times. */
function sendFrames({ interface: name, frames, count = 1 }) {
  const libc = systemCalls();
  const descriptor = libc.open(AF_PACKET, SOCK_RAW, 0);
  const target = Buffer.alloc(20);
  target.writeUInt16LE(AF_PACKET, 0);
  target.writeInt32LE(Number(readFileSync(`/sys/class/net/${name}/ifindex`, 'utf8')), 4);
  for (const frame of frames) {
    const bytes = Buffer.from(frame, 'base64');
    for (let i = 0; i < count; i += 1) libc.sendWhole(descriptor, bytes, target);
  }
  libc.close(descriptor);
}

/** Fetches a page from inside the namespace; resolves to its status and text. */
async function get({ url, token }) {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(url, { headers });
  return { status: response.status, text: await response.text() };
}

const AF_INET = 2;
const AF_INET6 = 10;
const AF_PACKET = 17;
const SOCK_RAW = 3;

let calledLibc;
function systemCalls() {
  calledLibc ??= loadLibc();
  return calledLibc;
}

function loadLibc() {
  const koffi = createRequire(import.meta.url)('koffi');
  const libc = koffi.load('libc.so.6');
  const socket = libc.func('int socket(int domain, int type, int protocol)');
  const sendto = libc.func(
    'long sendto(int fd, const void *data, size_t size, int flags, const void *to, uint32_t toSize)',
  );
  return {
    bind: libc.func('int bind(int fd, const void *address, uint32_t size)'),
    close: libc.func('int close(int fd)'),
    open: (domain, type, protocol) => {
      const descriptor = socket(domain, type, protocol);
      if (descriptor < 0) throw new Error(`raw socket refused (domain ${domain})`);
      return descriptor;
    },
    sendWhole: (descriptor, data, target) => {
      const sent = sendto(descriptor, data, data.length, 0, target, target.length);
      if (sent !== data.length)
        throw new Error(`raw send of ${data.length} bytes returned ${sent}`);
    },
  };
}

/** A sockaddr_in or sockaddr_in6 with port 0. */
function socketAddress(text) {
  if (!text.includes(':')) {
    const address = Buffer.alloc(16);
    address.writeUInt16LE(AF_INET, 0);
    Buffer.from(text.split('.').map(Number)).copy(address, 4);
    return address;
  }
  const address = Buffer.alloc(28);
  address.writeUInt16LE(AF_INET6, 0);
  const [left = [], right = []] = text.split('::').map((half) => half.split(':').filter(Boolean));
  const gap = Array(8 - left.length - right.length).fill('0');
  [...left, ...gap, ...right].forEach((group, index) => {
    address.writeUInt16BE(Number.parseInt(group, 16), 8 + 2 * index);
  });
  return address;
}

/** Internet checksum, RFC 1071. */
function checksum(bytes) {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += (bytes[i] << 8) | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function openSocket(address) {
  const type = address.includes(':') ? 'udp6' : 'udp4';
  return createSocket({ type, recvBufferSize: SOCKET_BUFFER, sendBufferSize: SOCKET_BUFFER });
}

async function answer({ id, call, args }) {
  try {
    process.send({ id, result: await calls[call](args) });
  } catch (error) {
    process.send({ id, error: `${call}: ${error.stack}` });
  }
}

process.on('message', (request) => void answer(request));
process.on('disconnect', () => process.exit());
process.send({ id: 0 });
