/** What the kernel counted on an interface since we meter it, beside what we received. */
export interface Covered {
  kernelPackets: number | null;
  /** received / kernelPackets; null where nothing is known or nothing passed. */
  coverage: number | null;
}

/** Compares what was captured with the interfaces' own counters. */
export class Coverage {
  private readonly countedPackets: (name: string) => number | undefined;
  private readonly first = new Map<string, { counted: number; received: number }>();

  /** `countedPackets`: packets an interface received and sent since it exists. */
  constructor(countedPackets: (name: string) => number | undefined) {
    this.countedPackets = countedPackets;
  }

  /** Call it early for each interface: from the first call on both are compared. */
  of(name: string, received: number): Covered {
    const counted = this.countedPackets(name);
    if (counted === undefined) return { kernelPackets: null, coverage: null };
    const first = this.first.get(name);
    if (first === undefined || counted < first.counted || received < first.received) {
      this.first.set(name, { counted, received });
      return { kernelPackets: 0, coverage: null };
    }
    const kernelPackets = counted - first.counted;
    const ratio = (received - first.received) / kernelPackets;
    return { kernelPackets, coverage: kernelPackets === 0 ? null : Number(ratio.toFixed(4)) };
  }
}
