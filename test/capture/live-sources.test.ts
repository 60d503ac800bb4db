import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import koffi from 'koffi';
import { onTestFinished } from 'vitest';
import type { Log } from '../../src/base/log.ts';
import { openAfPacket } from '../../src/capture/af-packet/af-packet.ts';
import { openLibpcap } from '../../src/capture/libpcap.ts';
import type { CaptureSource } from '../../src/capture/source.ts';
import { udpFrame } from '../support/packet.ts';
import { sourceContract } from './source-contract.ts';

const AF_PACKET = 17;
const SOCK_RAW = 3;
const COUNT = 300;

const silent: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
function nothing(): void {}

/** Different from each other, and no longer than what is kept of ordinary packets. */
const ordinary = Array.from({ length: COUNT }, (_, index) =>
  udpFrame(
    { mac: '02:00:00:00:07:01', ip: '192.168.77.2', port: 20_000 + index },
    { mac: '02:00:00:00:07:02', ip: '198.51.100.7' },
    { payload: 18 + (index % 60) },
  ),
);

/** Frames of UDP that end within their headers. */
const runts = [
  ...[16, 24, 36].map((bytes) => (ordinary[0] ?? new Uint8Array()).subarray(0, bytes)),
  udpFrame(
    { mac: '02:00:00:00:07:01', ip: '2001:db8::2' },
    { mac: '02:00:00:00:07:02', ip: '2001:db8:1::7' },
  ).subarray(0, 45),
];

const frames = [...ordinary, ...runts];

let pairs = 0;

/** A cable of this machine's own, with no address on it; both its ends end with the test. */
function makeCable(): { near: string; far: string } {
  removeLeftovers();
  pairs += 1;
  const [near, far] = [`lln${process.pid}x${pairs}`, `llf${process.pid}x${pairs}`];
  execFileSync('ip', ['link', 'add', near, 'type', 'veth', 'peer', 'name', far]);
  onTestFinished(() => void spawnSync('ip', ['link', 'del', near], { stdio: 'ignore' }));
  for (const name of [near, far]) {
    execFileSync('ip', ['link', 'set', name, 'addrgenmode', 'none', 'up']);
  }
  return { near, far };
}

/** Cables of runs that were killed: their name tells the process that made them. */
function removeLeftovers(): void {
  for (const name of readdirSync('/sys/class/net')) {
    const maker = /^lln(\d+)x/.exec(name)?.[1];
    if (maker === undefined || existsSync(`/proc/${maker}`)) continue;
    spawnSync('ip', ['link', 'del', name], { stdio: 'ignore' });
  }
}

/** Sends frames into one end of a cable. */
function sendFrames(name: string): void {
  const libc = koffi.load('libc.so.6');
  const socket = libc.func('int socket(int domain, int type, int protocol)');
  const sendto = libc.func(
    'long sendto(int fd, const void *data, size_t size, int flags, const void *to, uint32_t toSize)',
  );
  const close = libc.func('int close(int fd)');
  const target = Buffer.alloc(20);
  target.writeUInt16LE(AF_PACKET, 0);
  target.writeInt32LE(Number(readFileSync(`/sys/class/net/${name}/ifindex`, 'utf8')), 4);
  const descriptor = Number(socket(AF_PACKET, SOCK_RAW, 0));
  try {
    for (const frame of frames) {
      const sent = Number(sendto(descriptor, frame, frame.length, 0, target, target.length));
      if (sent !== frame.length) throw new Error(`raw send on ${name} returned ${sent}`);
    }
  } finally {
    close(descriptor);
  }
}

function cableSource(open: (interfaces: string[]) => CaptureSource | Promise<CaptureSource>) {
  return async () => {
    const { near, far } = makeCable();
    const source = await open([near]);
    const feed = () => Promise.resolve(sendFrames(far));
    return { source, feed, expected: frames, live: true };
  };
}

function rootProblem(): string | undefined {
  if (process.platform !== 'linux') return 'these drivers are tested on Linux';
  return process.getuid?.() === 0 ? undefined : 'making interfaces and capturing needs root';
}

function libpcapProblem(): string | undefined {
  const { status } = spawnSync(process.execPath, ['-e', 'require("cap")']);
  return status === 0 ? undefined : 'the package cap cannot be loaded';
}

function contractOrReason(
  name: string,
  problem: string | undefined,
  open: (interfaces: string[]) => CaptureSource | Promise<CaptureSource>,
): void {
  if (problem === undefined) sourceContract(name, cableSource(open));
  else process.stderr.write(`\n*** SKIPPED the contract of ${name}: ${problem} ***\n`);
}

const common = { filter: '', ringMebibytes: 32 };

contractOrReason('af-packet', rootProblem(), (interfaces) =>
  openAfPacket({ ...common, interfaces, promiscuous: true }, silent),
);

contractOrReason('libpcap', rootProblem() ?? libpcapProblem(), (interfaces) =>
  openLibpcap({ ...common, interfaces }, silent),
);
