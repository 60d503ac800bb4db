import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatAddress } from '../../src/model/address.ts';

/** One captured IP packet; `bytes` is the IP packet's length from its own header. */
export interface SeenPacket {
  sourceMac: string;
  destinationMac: string;
  source: string;
  destination: string;
  bytes: number;
}

/** Captures an interface with tcpdump, as a second opinion that shares no code with the daemon. */
export async function startTcpdump(
  namespace: string,
  name: string,
): Promise<{ stop(): Promise<SeenPacket[]> }> {
  const directory = mkdtempSync(join(tmpdir(), 'lanledger-tcpdump-'));
  const file = join(directory, 'capture.pcap');
  // prettier-ignore
  const child = spawn('ip', ['netns', 'exec', namespace, 'tcpdump', '-i', name, '-n', '-s', '80', '-B', '16384',
    '--immediate-mode', '-U', '-Z', 'root', '-w', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = once(child, 'exit');
  let said = '';
  await new Promise<void>((running, failed) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('listening on')) running();
    });
    child.once('exit', () => failed(new Error(`tcpdump ended at once: ${said}`)));
  });
  return {
    async stop() {
      child.kill('SIGINT');
      await exited;
      const packets = parsePcap(readFileSync(file));
      rmSync(directory, { recursive: true });
      if (!said.includes('0 packets dropped by kernel')) throw new Error(`tcpdump lost: ${said}`);
      return packets;
    },
  };
}

/** Little-endian pcap with Ethernet frames: what tcpdump writes on the machines a lab runs on. */
function parsePcap(bytes: Buffer): SeenPacket[] {
  const packets: SeenPacket[] = [];
  for (let at = 24; at < bytes.length;) {
    const captured = bytes.readUInt32LE(at + 8);
    const seen = parseFrame(bytes.subarray(at + 16, at + 16 + captured));
    if (seen !== undefined) packets.push(seen);
    at += 16 + captured;
  }
  return packets;
}

function parseFrame(frame: Buffer): SeenPacket | undefined {
  const type = frame.readUInt16BE(12);
  const macs = { destinationMac: macAt(frame, 0), sourceMac: macAt(frame, 6) };
  if (type === 0x0800) {
    const [source, destination] = [ipv4At(frame, 26), ipv4At(frame, 30)];
    return { ...macs, source, destination, bytes: frame.readUInt16BE(16) };
  }
  if (type === 0x86dd) {
    const [source, destination] = [ipv6At(frame, 22), ipv6At(frame, 38)];
    return { ...macs, source, destination, bytes: frame.readUInt16BE(18) + 40 };
  }
  return undefined;
}

function macAt(frame: Buffer, at: number): string {
  return frame.toString('hex', at, at + 6).replace(/..(?!$)/g, '$&:');
}

function ipv4At(frame: Buffer, at: number): string {
  return [...frame.subarray(at, at + 4)].join('.');
}

function ipv6At(frame: Buffer, at: number): string {
  return formatAddress([0, 4, 8, 12].map((word) => frame.readUInt32BE(at + word)));
}
