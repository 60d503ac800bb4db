/** What a frame turned out to be. */
export const outcomes = { notIp: 0, ip: 1, arp: 2, malformed: 3 } as const;
export type Outcome = (typeof outcomes)[keyof typeof outcomes];
