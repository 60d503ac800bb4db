import { REMOTES, type Host } from './home.ts';
import { ipPacket, taggedFrame, type Ends } from './raw-frames.ts';

/** A router that is not there: nobody forwards or answers what is sent to it. */
const NOBODY = '02:00:00:00:09:01';
const FRAMES_PER_CALL = 5000;

/** A datagram of `payload` bytes to a remote address. */
export function datagram(
  ends: Partial<Ends> & Pick<Ends, 'sourceMac' | 'source'>,
  payload = 10,
): Buffer {
  const whole = { destinationMac: NOBODY, destination: REMOTES[0], ...ends };
  return taggedFrame(whole, [], ipPacket(whole, payload));
}

/** Sends frames made one by one. */
export async function sendMany(
  host: Host,
  count: number,
  make: (index: number) => Buffer,
): Promise<void> {
  for (let first = 0; first < count; first += FRAMES_PER_CALL) {
    const length = Math.min(FRAMES_PER_CALL, count - first);
    const frames = Array.from({ length }, (_, at) => make(first + at).toString('base64'));
    await host.agent.sendFrames({ interface: host.interface, frames });
  }
}

export function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

const ETHER_TYPES = [0x0800, 0x86dd, 0x0806, 0x8100, 0x88a8, 0x8864, 0x0800, 0x86dd];
/** DHCP, DHCPv6 and mDNS: their decoders read what is behind the headers. */
const NAME_PORTS = [67, 68, 546, 547, 5353];

/** Right Ethernet, random behind it: noise, headers that are cut, and messages about devices that are nonsense. */
export function hostileFrame(random: () => number): Buffer {
  const byte = () => Math.floor(random() * 256);
  const noise = Buffer.from(Array.from({ length: 1 + Math.floor(random() * 120) }, byte));
  const header = Buffer.from([0x02, 0, 0, 0, 9, 1, 0x06, 1, 1, 1, 1, byte() & 15, 0, 0]);
  const type = ETHER_TYPES[Math.floor(random() * ETHER_TYPES.length)] as number;
  header.writeUInt16BE(type, 12);
  const kind = Math.floor(random() * 4);
  if (kind === 0) return Buffer.concat([header, noise]);
  const source = random() < 0.5 ? `192.168.1.${110 + (byte() & 15)}` : 'fe80::1:2:3';
  const destination = source.includes(':') ? 'ff02::fb' : '224.0.0.251';
  const ends = { sourceMac: '06:01:01:01:01:01', destinationMac: NOBODY, source, destination };
  const packet = ipPacket(ends, 200);
  const transport = source.includes(':') ? 40 : 20;
  if (kind === 1) return taggedFrame(ends, [], packet).subarray(0, 15 + Math.floor(random() * 60));
  noise.copy(packet, transport + 8);
  packet.writeUInt16BE(NAME_PORTS[byte() % NAME_PORTS.length] as number, transport + 2);
  if (kind === 2) packet.writeUInt16BE(5353, transport);
  else if (source.includes(':')) packet[6] = 58;
  return taggedFrame(ends, [], packet);
}
