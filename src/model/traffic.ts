/**
 * One captured frame, as a source hands it on. The object is reused for every frame and `view` belongs to the source:
 * both are valid only during the call.
 */
export interface Frame {
  /** Memory that holds the frame. */
  view: DataView;
  /** First byte of the frame in `view`. */
  offset: number;
  /** Bytes of the frame that are there. */
  capturedBytes: number;
  /** Bytes of the frame on the wire, or 0 where the source does not know. */
  wireBytes: number;
  /** Layout of the first bytes: a LINKTYPE number of the pcap registry (tcpdump.org/linktypes.html). */
  linkType: number;
  /** Whole seconds since 1970-01-01 UTC of the capture. */
  seconds: number;
  /** TCP or UDP payload bytes of each packet on the wire where the kernel merged several into this frame, else 0. */
  segmentBytes: number;
}

/** Receives every frame of a source. */
export type FrameSink = (frame: Frame) => void;

export const linkTypes = {
  null: 0,
  ethernet: 1,
  ppp: 9,
  raw: 101,
  loop: 108,
  linuxCooked: 113,
  ipv4: 228,
  ipv6: 229,
  linuxCooked2: 276,
} as const;

export function createFrame(): Frame {
  const view = new DataView(new ArrayBuffer(0));
  return {
    view,
    offset: 0,
    capturedBytes: 0,
    wireBytes: 0,
    linkType: linkTypes.ethernet,
    seconds: 0,
    segmentBytes: 0,
  };
}

/** Where a plain frame (`decode/plain.ts`) has its MAC and IPv4 addresses. */
export const plainFields = {
  destinationMac: 0,
  sourceMac: 6,
  source: 26,
  destination: 30,
} as const;

/** No MAC address on this side: a link without them (tun, PPP), or one that tells only the sender's (Linux cooked). */
export const NO_MAC = -1;

/**
 * One packet as accounting sees it; reused for every packet. Addresses are four words each (`model/address.ts`),
 * MAC addresses are 16 bits and 32 (signed), `NO_MAC` in the upper part where there is none.
 */
export interface Traffic {
  /** Seconds since 1970-01-01 UTC. */
  seconds: number;
  sourceMacHigh: number;
  sourceMacLow: number;
  destinationMacHigh: number;
  destinationMacLow: number;
  source0: number;
  source1: number;
  source2: number;
  source3: number;
  destination0: number;
  destination1: number;
  destination2: number;
  destination3: number;
  /** IP protocol number of the payload (IANA). */
  protocol: number;
  /** Ports of UDP, 0 for others and for later fragments. */
  sourcePort: number;
  destinationPort: number;
  /** IP packets on the wire: more than one where the kernel merged them. */
  packets: number;
  /** Bytes of those IP packets, headers included. */
  bytes: number;
  /** Where the payload of UDP (of IP for other protocols) starts in the frame's view, and ends. */
  payloadStart: number;
  payloadEnd: number;
}

export function createTraffic(): Traffic {
  return {
    seconds: 0,
    sourceMacHigh: NO_MAC,
    sourceMacLow: 0,
    destinationMacHigh: NO_MAC,
    destinationMacLow: 0,
    source0: 0,
    source1: 0,
    source2: 0,
    source3: 0,
    destination0: 0,
    destination1: 0,
    destination2: 0,
    destination3: 0,
    protocol: 0,
    sourcePort: 0,
    destinationPort: 0,
    packets: 0,
    bytes: 0,
    payloadStart: 0,
    payloadEnd: 0,
  };
}
