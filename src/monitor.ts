import { randomUUID } from 'node:crypto';
import type { Clock } from './base/clock.ts';
import { decodeFrame } from './decode/frame.ts';
import { protocols } from './decode/ip.ts';
import { outcomes } from './decode/outcome.ts';
import { plainBytes } from './decode/plain.ts';
import { Meter } from './meter/meter.ts';
import { parseAddress, parseMac, parsePrefix } from './model/address.ts';
import type { Batch, InterfaceCounters } from './model/batch.ts';
import { LocalNetworks } from './model/networks.ts';
import { createTraffic, NO_MAC, type Frame } from './model/traffic.ts';
import { SightingCollector } from './sightings.ts';

/** An interface of this host, as configured. */
export interface OwnAddresses {
  name: string;
  mac?: string;
  /** `address/length` */
  prefixes: readonly string[];
  /** Prefixes that are reached through other routers on this interface. */
  routed: readonly string[];
}

/** Batches from one with peers to the next. */
const PEERS_EVERY = 10;

export interface MonitorOptions {
  name: string;
  /** The frames are stamped by the running clock. */
  live: boolean;
  /** Tells this run from others of the same monitor; made up where absent. */
  boot?: string;
  /** Prefixes that are local besides the usual ones. */
  local: readonly string[];
  clock: Clock;
}

/** Turns frames into batches: decode, meter, sightings. */
export class Monitor {
  private readonly name: string;
  private readonly live: boolean;
  private readonly clock: Clock;
  private readonly boot: string;
  private readonly networks = new LocalNetworks();
  private readonly meter = new Meter(this.networks);
  private readonly sightings = new SightingCollector(this.networks, this.meter);
  private readonly packet = createTraffic();
  private seq = 0;
  private frames = 0;
  private accounted = 0;
  private notIp = 0;
  private malformed = 0;
  private firstSeconds = 0;
  private begunAtMs: number;

  constructor(options: MonitorOptions) {
    this.name = options.name;
    this.live = options.live;
    this.boot = options.boot ?? randomUUID();
    this.clock = options.clock;
    this.begunAtMs = options.clock.monotonic();
    for (const prefix of options.local) this.networks.addLocalText(prefix);
  }

  /** Takes one frame; the sink of the capture source. */
  readonly frame = (frame: Frame): void => {
    this.frames++;
    if (this.firstSeconds === 0) this.firstSeconds = frame.seconds;
    this.packet.seconds = frame.seconds;
    const bytes = plainBytes(frame);
    if (bytes !== 0 && this.meter.addPlain(frame, bytes)) this.accounted++;
    else this.decode(frame);
  };

  /** Declares the addresses of a captured interface; again whenever they change. */
  addInterface({ name, mac, prefixes, routed }: OwnAddresses): void {
    for (const text of routed) {
      const prefix = parsePrefix(text);
      if (prefix !== undefined) this.networks.addRouted(prefix.words, prefix.bits);
    }
    const addresses = prefixes.flatMap((text) => {
      const prefix = parsePrefix(text);
      if (prefix !== undefined) this.networks.addOnLink(prefix.words, prefix.bits);
      const words = parseAddress(text.split('/')[0] ?? '');
      return words === undefined ? [] : [words];
    });
    const parsed = mac === undefined ? undefined : parseMac(mac);
    const { high: macHigh, low: macLow } = parsed ?? { high: NO_MAC, low: 0 };
    this.meter.devices.addOwn({ name, macHigh, macLow, addresses });
  }

  /** A batch should be taken before the tables are full. */
  get isNearlyFull(): boolean {
    return this.meter.isNearlyFull;
  }

  /** Everything since the last batch; peers come with every tenth and the last one. */
  takeBatch(interfaces: InterfaceCounters[], isLast = false): Batch {
    const monotonicMs = this.clock.monotonic();
    const nowMs = this.clock.now();
    const to = this.live ? nowMs : this.packet.seconds * 1000;
    const from = this.live ? nowMs - (monotonicMs - this.begunAtMs) : this.firstSeconds * 1000;
    this.begunAtMs = monotonicMs;
    this.firstSeconds = 0;
    this.seq++;
    return {
      monitor: this.name,
      boot: this.boot,
      seq: this.seq,
      from,
      to,
      live: this.live,
      ...this.meter.drain(this.seq % PEERS_EVERY === 0 || isLast),
      sightings: this.sightings.take(),
      counters: {
        frames: this.frames,
        accounted: this.accounted,
        notIp: this.notIp,
        malformed: this.malformed,
        transit: this.meter.transit,
        foldedPeers: this.meter.foldedPeers,
        unattributedPackets: this.meter.unattributedPackets,
        droppedSightings: this.sightings.dropped,
        interfaces,
      },
    };
  }

  /** Any frame but a plain one whose train is under way. */
  private decode(frame: Frame): void {
    const { packet } = this;
    const outcome = decodeFrame(frame, packet);
    if (outcome === outcomes.ip) {
      this.accounted++;
      const { protocol } = packet;
      if (protocol === protocols.udp || protocol === protocols.icmpv6) {
        this.sightings.ip(frame, packet);
      }
      this.meter.add(packet);
    } else if (outcome === outcomes.arp) {
      this.notIp++;
      this.sightings.arp(frame, packet);
    } else if (outcome === outcomes.notIp) this.notIp++;
    else this.malformed++;
  }
}
