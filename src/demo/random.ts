/** A number from 0 up to 1 that follows from these whole numbers and nothing else, so no order of questions matters. */
export function chance(seed: number, who: number, when: number, what: number): number {
  let mixed = Math.imul(seed ^ 0x9e3779b1, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13) ^ who, 0xc2b2ae35);
  mixed = Math.imul(mixed ^ (mixed >>> 15) ^ when, 0x27d4eb2f);
  mixed = Math.imul(mixed ^ (mixed >>> 14) ^ what, 0x165667b1);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
}
