import { isIpv4, parseAddress, parseMac, type AddressWords } from '../model/address.ts';
import { createFrame, type Frame, type FrameSink } from '../model/traffic.ts';

/** One end of a frame. */
export interface End {
  mac: { high: number; low: number };
  address: AddressWords;
}

const ETHERNET_BYTES = 14;
const TCP_BYTES = 20;
const TCP = 6;
/** TCP payload of a full packet with time stamps. */
const SEGMENT_BYTES = 1448;
/** Packets that are merged into one frame at most, as a network card does: more do not fit into an IP length. */
const SEGMENTS = 44;
/** Anything smaller waits until it is as much. */
export const LEAST_BYTES = 100;
export const MOST_BYTES = SEGMENTS * (SEGMENT_BYTES + 40);

/** Throws where a text is no address: the household is made here. */
export function endOf(macText: string, ip: string): End {
  const [mac, address] = [parseMac(macText), parseAddress(ip)];
  if (mac === undefined || address === undefined) throw new Error(`${macText} ${ip} is no end`);
  return { mac, address };
}

/** Returns a function that hands on one frame of TCP, merged where it is large. */
export function createFrameWriter(sink: FrameSink) {
  const view = new DataView(new ArrayBuffer(ETHERNET_BYTES + 40 + TCP_BYTES));
  const frame: Frame = { ...createFrame(), view };

  /** `bytes`: of IP packets, headers included, from `LEAST_BYTES` to `MOST_BYTES`. */
  return (from: End, to: End, bytes: number, seconds: number): void => {
    const isVersion4 = isIpv4(from.address[0], from.address[1], from.address[2]);
    const ipBytes = isVersion4 ? 20 : 40;
    const headerBytes = ipBytes + TCP_BYTES;
    const packets = Math.ceil(bytes / (SEGMENT_BYTES + headerBytes));
    const payloadBytes = bytes - packets * headerBytes;
    writeMacs(view, from, to);
    if (isVersion4) writeIpv4(view, from, to, payloadBytes + headerBytes);
    else writeIpv6(view, from, to, payloadBytes + TCP_BYTES);
    view.setUint8(ETHERNET_BYTES + ipBytes + 12, (TCP_BYTES / 4) << 4);
    frame.capturedBytes = ETHERNET_BYTES + headerBytes;
    frame.wireBytes = ETHERNET_BYTES + headerBytes + payloadBytes;
    frame.segmentBytes = packets > 1 ? SEGMENT_BYTES : 0;
    frame.seconds = seconds;
    sink(frame);
  };
}

function writeMacs(view: DataView, { mac: source }: End, { mac: destination }: End): void {
  view.setUint16(0, destination.high);
  view.setUint32(2, destination.low);
  view.setUint16(6, source.high);
  view.setUint32(8, source.low);
}

function writeIpv4(view: DataView, from: End, to: End, totalBytes: number): void {
  view.setUint16(12, 0x0800);
  view.setUint16(14, 0x4500);
  view.setUint16(16, totalBytes);
  view.setUint32(18, 0);
  view.setUint16(22, (64 << 8) | TCP);
  view.setUint16(24, 0);
  view.setUint32(26, from.address[3]);
  view.setUint32(30, to.address[3]);
}

function writeIpv6(view: DataView, from: End, to: End, payloadBytes: number): void {
  view.setUint16(12, 0x86dd);
  view.setUint32(14, 0x60000000);
  view.setUint16(18, payloadBytes);
  view.setUint16(20, (TCP << 8) | 64);
  for (const [index, word] of from.address.entries()) view.setUint32(22 + 4 * index, word);
  for (const [index, word] of to.address.entries()) view.setUint32(38 + 4 * index, word);
}
