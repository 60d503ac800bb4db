/** What devices used: as it was sent, and as a meter counted it. */

/**
 * Bytes of IP packets, seen from the device; a packet between two devices counts for both.
 *
 * @typedef {object} Usage
 * @property {number} download
 * @property {number} upload
 * @property {number} localDownload
 * @property {number} localUpload
 * @property {number} packets
 */

/**
 * What a meter ought to have counted. `devices` is keyed by the MAC address as 12 hexadecimal digits; the gateway has
 * an entry for what it said and heard itself.
 *
 * @typedef {object} Truth
 * @property {number} packets frames, ARP included
 * @property {number} ipPackets
 * @property {number} wireBytes
 * @property {Record<string, Usage>} devices
 */

export const usageFields = /** @type {const} */ ([
  'download',
  'upload',
  'localDownload',
  'localUpload',
  'packets',
]);

/** @returns {Usage} */
export function emptyUsage() {
  return { download: 0, upload: 0, localDownload: 0, localUpload: 0, packets: 0 };
}

/**
 * One line for each device whose usage differs from the truth. Devices that the truth does not know (the measuring
 * machine itself) do not matter.
 *
 * @param {Record<string, Usage>} truth
 * @param {Record<string, Usage>} counted
 * @returns {string[]}
 */
export function differences(truth, counted) {
  return Object.entries(truth).flatMap(([id, expected]) => {
    const found = counted[id];
    if (found === undefined) return [`${id} is missing`];
    const wrong = usageFields.filter((field) => found[field] !== expected[field]);
    const words = wrong.map((field) => `${field} ${found[field]} instead of ${expected[field]}`);
    return wrong.length === 0 ? [] : [`${id}: ${words.join(', ')}`];
  });
}

/**
 * Part of the packets (0 .. 1) that a program did not count, or undefined where it does not say.
 *
 * @param {Truth} truth
 * @param {{ tally: import('./peers.js').Tally | undefined, usage: Record<string, Usage> | undefined }} counted
 */
export function lostShare(truth, { tally, usage }) {
  if (usage !== undefined) {
    const [sent, found] = [truth.devices, usage].map((from) =>
      Object.keys(truth.devices).reduce((sum, id) => sum + (from[id]?.packets ?? 0), 0),
    );
    return Math.max(0, 1 - found / sent);
  }
  if (tally === undefined) return undefined;
  return Math.max(0, 1 - tally.packets / (tally.ipOnly ? truth.ipPackets : truth.packets));
}
