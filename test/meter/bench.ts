import { expect } from 'vitest';
import { decodeFrame } from '../../src/decode/frame.ts';
import { outcomes } from '../../src/decode/outcome.ts';
import { Meter, type MeterLimits } from '../../src/meter/meter.ts';
import { parseAddress, parseMac } from '../../src/model/address.ts';
import { LocalNetworks } from '../../src/model/networks.ts';
import { createTraffic, linkTypes, NO_MAC } from '../../src/model/traffic.ts';
import { frameOf, udpFrame, udpPacket, type End } from '../support/packet.ts';

export const laptop = { mac: '02:00:00:00:01:01', ip: '192.168.1.10' };

export const phone = { mac: '02:00:00:00:01:02', ip: '192.168.1.11' };

export const gateway = { mac: '02:00:00:00:ff:01', ip: '192.168.1.1' };

export const router = { mac: '02:00:00:00:ff:02', ip: '192.168.1.254' };

export const remote = '203.0.113.7';

interface Row {
  download?: number;
  upload?: number;
  localDownload?: number;
  localUpload?: number;
  packets?: number;
  carriedDownload?: number;
  carriedUpload?: number;
  carriedPackets?: number;
}

/** A meter that takes packets by words: from, to, and the size of the IP packet. */
export class Bench {
  readonly networks = new LocalNetworks();
  readonly meter: Meter;
  private readonly packet = createTraffic();

  constructor(limits?: MeterLimits) {
    this.meter = new Meter(this.networks, limits);
  }

  /** The capturing host has this interface. */
  own({ mac, ip }: End, ...prefixes: string[]): this {
    const { high = 0, low = 0 } = parseMac(mac) ?? {};
    const address = parseAddress(ip);
    this.meter.devices.addOwn({
      name: mac,
      macHigh: high,
      macLow: low,
      addresses: address === undefined ? [] : [address],
    });
    for (const prefix of prefixes) this.onLink(prefix);
    return this;
  }

  /** The capturing host has a tunnel with this address. */
  ownTunnel(ip: string, prefix: string): this {
    const address = parseAddress(ip) ?? ([0, 0, 0, 0] as const);
    this.meter.devices.addOwn({ name: 'tun0', macHigh: NO_MAC, macLow: 0, addresses: [address] });
    return this.onLink(prefix);
  }

  onLink(prefix: string): this {
    const [address = '', length = ''] = prefix.split('/');
    const words = parseAddress(address);
    const bits = address.includes(':') ? Number(length) : 96 + Number(length);
    if (words !== undefined) this.networks.addOnLink(words, bits);
    return this;
  }

  /** The capturing host reaches this prefix through another router. */
  routed(prefix: string): this {
    const [address = '', length = ''] = prefix.split('/');
    const words = parseAddress(address);
    if (words !== undefined) this.networks.addRouted(words, 96 + Number(length));
    return this;
  }

  arp({ mac, ip }: End): this {
    const { high = 0, low = 0 } = parseMac(mac) ?? {};
    const words = parseAddress(ip);
    const { devices } = this.meter;
    if (words !== undefined) devices.bind(devices.ofMac(high, low), ...words);
    return this;
  }

  /** `bytes` of IP; the MACs may belong to others than the addresses. */
  send(from: End, to: End, bytes: number, seconds = 1_800_000_000): this {
    const header = from.ip.includes(':') ? 48 : 28;
    const frame = udpFrame(from, to, { payload: bytes - header });
    expect(decodeFrame(frameOf(frame, { seconds }), this.packet)).toBe(outcomes.ip);
    this.meter.add(this.packet);
    return this;
  }

  sendRaw(from: string, to: string, bytes: number): this {
    const mac = '00:00:00:00:00:00';
    const packet = udpPacket({ mac, ip: from }, { mac, ip: to }, bytes - 28);
    decodeFrame(frameOf(packet, { linkType: linkTypes.raw }), this.packet);
    this.meter.add(this.packet);
    return this;
  }

  /** What is not zero, by device id. */
  usage(): Record<string, Row> {
    const rows = this.meter.drain(true).usage;
    return Object.fromEntries(
      rows.map(({ device, slot: _, router: _router, internetPackets: _packets, ...counts }) => [
        device,
        Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0)),
      ]),
    );
  }
}

/** The other end, reached through a router. */
export function through(hop: End, ip: string): End {
  return { mac: hop.mac, ip };
}
