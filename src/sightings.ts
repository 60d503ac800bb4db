import { decodeArp } from './decode/arp.ts';
import { decodeDhcp } from './decode/dhcp.ts';
import { decodeDhcpv6 } from './decode/dhcpv6.ts';
import { protocols } from './decode/ip.ts';
import { decodeMdns } from './decode/mdns.ts';
import { isNamePort, namePorts } from './decode/name-port.ts';
import { decodeNdp } from './decode/ndp.ts';
import type { Meter } from './meter/meter.ts';
import { formatAddress, formatMac, parseAddress, parseMac } from './model/address.ts';
import { macOfDeviceId, type Sighting, type SightingSource } from './model/device.ts';
import { isLinkLocal, type LocalNetworks } from './model/networks.ts';
import { NO_MAC, type Frame, type Traffic } from './model/traffic.ts';

/** Sightings of one batch; a home has a handful, an attacker any number. */
const SIGHTINGS_LIMIT = 1000;
/** The same news is passed on again after this time. */
const REPEAT_MS = 60_000;
const REMEMBERED_LIMIT = 4096;
/** Only packets that crossed no router have it (RFC 4861 section 11.2). */
const HOP_LIMIT_OF_NEIGHBOURS = 255;
const IPV6_HEADER_BYTES = 40;
const HOP_LIMIT = 7;

/** Sender's fields of an ARP message for Ethernet and IPv4 (RFC 826). */
const ARP_BYTES = 28;
const ARP_SENDER_MAC = 8;
const ARP_SENDER_ADDRESS = 14;
const ARP_ENTRY_WORDS = 4;
/** Many more than a home has addresses, as two that share an entry forget each other. */
const ARP_ENTRIES = 1024;

/** A home sends a few; all its devices waking up at once send some dozens. */
const DECODINGS_PER_SECOND = 200;

/** Learns from packets who the devices are, and which networks are local. */
export class SightingCollector {
  /** Messages and sightings beyond what one second or one batch may bring. */
  dropped = 0;
  private readonly networks: LocalNetworks;
  private readonly meter: Meter;
  private readonly passedOn = new Map<string, number>();
  private readonly recentArp = new Int32Array(ARP_ENTRIES * ARP_ENTRY_WORDS);
  private budgetSeconds = -1;
  private budget = 0;
  private collected: Sighting[] = [];

  constructor(networks: LocalNetworks, meter: Meter) {
    this.networks = networks;
    this.meter = meter;
  }

  /** Looks at an ARP message, whose bounds are the packet's payload. */
  arp(frame: Frame, packet: Traffic): void {
    if (this.isRepeatedArp(frame, packet)) return;
    const claim = decodeArp(frame.view, packet.payloadStart, packet.payloadEnd);
    if (claim === undefined) return;
    this.bind(claim.mac, claim.ip);
    this.add(packet, { ...claim, via: 'arp' });
  }

  /** Looks at a packet of UDP or ICMPv6, which may name its sender. */
  ip(frame: Frame, packet: Traffic): void {
    if (packet.protocol === protocols.udp && !isNamePort(packet.destinationPort)) return;
    if (!this.maySpend(packet)) return;
    if (packet.protocol === protocols.icmpv6) {
      this.ndp(frame, packet);
      return;
    }
    switch (packet.destinationPort) {
      case namePorts.dhcpServer:
      case namePorts.dhcpClient:
        this.dhcp(frame, packet);
        return;
      case namePorts.dhcpv6Server:
        this.dhcpv6(frame, packet);
        return;
      case namePorts.mdns:
        if (packet.sourcePort === namePorts.mdns) this.mdns(frame, packet);
    }
  }

  /** Takes out what was learned since the last call. */
  take(): Sighting[] {
    const { collected } = this;
    for (const { mac: row, address, seconds } of this.meter.devices.takeClaims()) {
      const mac = macOfDeviceId(this.meter.devices.id(row));
      if (mac !== undefined)
        this.collect({ mac, ip: formatAddress(address), via: 'traffic', at: seconds * 1000 });
    }
    this.collected = [];
    return collected;
  }

  /** Decoding names costs a hundred times what metering does: a flood of them must not take the machine. */
  private maySpend({ seconds }: Traffic): boolean {
    if (seconds !== this.budgetSeconds) {
      this.budgetSeconds = seconds;
      this.budget = DECODINGS_PER_SECOND;
    }
    if (this.budget > 0) {
      this.budget--;
      return true;
    }
    this.dropped++;
    return false;
  }

  /** The same claim within a minute, by a few comparisons: some networks send ARP all the time. */
  private isRepeatedArp({ view }: Frame, packet: Traffic): boolean {
    const { payloadStart, payloadEnd, seconds } = packet;
    if (payloadEnd - payloadStart < ARP_BYTES) return true;
    const macHigh = view.getUint16(payloadStart + ARP_SENDER_MAC);
    const macLow = view.getInt32(payloadStart + ARP_SENDER_MAC + 2);
    const address = view.getInt32(payloadStart + ARP_SENDER_ADDRESS);
    const { recentArp } = this;
    const at = (address & (ARP_ENTRIES - 1)) * ARP_ENTRY_WORDS;
    const isRepeated =
      recentArp[at] === macHigh &&
      recentArp[at + 1] === macLow &&
      recentArp[at + 2] === address &&
      Math.abs((seconds - (recentArp[at + 3] as number)) | 0) < REPEAT_MS / 1000;
    if (isRepeated || !this.maySpend(packet)) return true;
    recentArp.set([macHigh, macLow, address, seconds], at);
    return false;
  }

  private ndp(frame: Frame, packet: Traffic): void {
    const { payloadStart, payloadEnd } = packet;
    if (payloadStart >= payloadEnd || hopLimit(frame, packet) !== HOP_LIMIT_OF_NEIGHBOURS) return;
    const address = [packet.source0, packet.source1, packet.source2, packet.source3] as const;
    const news = decodeNdp(frame.view, payloadStart, payloadEnd, { address, mac: macOf(packet) });
    if (news === undefined) return;
    for (const { words, bits } of news.prefixes) this.networks.learn(words, bits);
    if (news.neighbour !== undefined) this.networks.learn(news.neighbour, 64);
    if (news.mac === undefined || news.ip === undefined) return;
    this.bind(news.mac, news.ip);
    this.add(packet, { mac: news.mac, ip: news.ip, via: 'ndp' });
  }

  private dhcp(frame: Frame, packet: Traffic): void {
    const news = decodeDhcp(frame.view, packet.payloadStart, packet.payloadEnd);
    if (news !== undefined) this.add(packet, { ...news, via: 'dhcp' });
  }

  /** A client sends from a link-local address (RFC 8415 section 18.2); other packets may come from a router. */
  private dhcpv6(frame: Frame, packet: Traffic): void {
    const { source0, source1, source2, source3 } = packet;
    if (!isLinkLocal(source0, source1, source2, source3)) return;
    const news = decodeDhcpv6(frame.view, packet.payloadStart, packet.payloadEnd);
    const mac = macOf(packet);
    if (mac !== undefined && news !== undefined) this.add(packet, { mac, ...news, via: 'dhcp' });
  }

  /** A repeater may pass on the answers of other links: only an answer about the sender's own address names it. */
  private mdns(frame: Frame, packet: Traffic): void {
    const isMulticast = (packet.destinationMacHigh & 0x0100) !== 0;
    if (!isMulticast || packet.sourceMacHigh === NO_MAC) return;
    const { view } = frame;
    for (const { hostname, ip } of decodeMdns(view, packet.payloadStart, packet.payloadEnd)) {
      const words = parseAddress(ip);
      const isOwn =
        words?.[3] === packet.source3 &&
        words[2] === packet.source2 &&
        words[1] === packet.source1 &&
        words[0] === packet.source0;
      const mac = macOf(packet);
      if (isOwn && mac !== undefined) this.add(packet, { mac, ip, hostname, via: 'mdns' });
    }
  }

  private bind(macText: string, ip: string): void {
    const mac = parseMac(macText);
    const words = parseAddress(ip);
    if (mac === undefined || words === undefined) return;
    this.meter.devices.bind(this.meter.devices.ofMac(mac.high, mac.low), ...words);
  }

  private add(
    packet: Traffic,
    news: { mac: string; ip?: string; hostname?: string; via: SightingSource },
  ): void {
    const at = packet.seconds * 1000;
    const key = `${news.via} ${news.mac} ${news.ip ?? ''} ${news.hostname ?? ''}`;
    const last = this.passedOn.get(key);
    if (last !== undefined && Math.abs(at - last) < REPEAT_MS) return;
    if (this.passedOn.size >= REMEMBERED_LIMIT) this.passedOn.clear();
    this.passedOn.set(key, at);
    this.collect({ ...news, at });
  }

  private collect(sighting: Sighting): void {
    if (this.collected.length < SIGHTINGS_LIMIT) this.collected.push(sighting);
    else this.dropped++;
  }
}

/**
 * The hop limit of an IPv6 packet that is all there and has no extension headers, as neighbour discovery is; else
 * undefined. Behind extension headers, a stranger could choose the byte that is read here.
 */
function hopLimit(frame: Frame, packet: Traffic): number | undefined {
  const isPlain = packet.bytes === packet.payloadEnd - packet.payloadStart + IPV6_HEADER_BYTES;
  if (!isPlain) return undefined;
  return frame.view.getUint8(packet.payloadStart - IPV6_HEADER_BYTES + HOP_LIMIT);
}

function macOf(packet: Traffic): string | undefined {
  const { sourceMacHigh, sourceMacLow } = packet;
  return sourceMacHigh === NO_MAC ? undefined : formatMac(sourceMacHigh, sourceMacLow);
}
