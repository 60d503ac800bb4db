/** What was sent against what the daemon has counted, from one moment of quiet to the next. */
import { setTimeout as delay } from 'node:timers/promises';
import { emptyUsage, usageFields } from '../usage.js';

/** The last packets are counted within this time: the ring, the batch of a second, the daemon. */
const LEAST_MS = 2500;
/** A ledger that has not come to the truth after this time never will. */
const PATIENCE_MS = 15_000;
const POLL_MS = 400;

/** @typedef {import('./traffic.js').Truth} Truth */

/**
 * @typedef {object} Balance
 * @property {Amount} sent
 * @property {Amount} counted
 * @property {Amount} lost
 * @property {Amount} doubled
 * @property {Amount} allowed
 * @property {string[]} wrong what must not be, in words
 */

/**
 * Of all devices together; a packet between two of them counts for both.
 *
 * @typedef {object} Amount
 * @property {number} bytes
 * @property {number} packets
 */

export class Books {
  /** What was sent by the last balance, and what of it was lost. @type {Truth} */
  sent = {};
  /** @type {Truth} */
  missing = {};

  /** @param {import('./daemon.js').Daemon} daemon @param {import('./traffic.js').Traffic} traffic */
  constructor(daemon, traffic) {
    this.daemon = daemon;
    this.traffic = traffic;
  }

  /** What the ledger must hold. @param {Truth} truth @returns {Truth} */
  expected(truth) {
    return minus(truth, this.missing);
  }

  /**
   * Waits until the ledger has settled, and draws the line. Call while nothing is sent.
   *
   * @param {Truth} allowed what may be lost of each device's
   * @returns {Promise<Balance>}
   */
  async draw(allowed = {}) {
    const truth = await this.traffic.truth();
    const expected = this.expected(truth);
    const counted = await this.settled(expected);
    const gap = minus(expected, counted);
    const [lost, doubled] = [parts(gap, 1), parts(gap, -1)];
    const sent = minus(truth, this.sent);
    const wrong = complaints(lost, doubled, allowed);
    this.missing = minus(truth, counted);
    this.sent = truth;
    return {
      sent: amountOf(sent),
      counted: amountOf(minus(sent, gap)),
      lost: amountOf(lost),
      doubled: amountOf(doubled),
      allowed: amountOf(allowed),
      wrong,
    };
  }

  /** Usage as soon as it is as expected, or when nothing changes any more. @param {Truth} expected */
  async settled(expected) {
    let [before, since] = ['', performance.now()];
    const start = since;
    for (;;) {
      const counted = select(await this.daemon.totals(), expected);
      const text = JSON.stringify(counted);
      const now = performance.now();
      if (text !== before) [before, since] = [text, now];
      if (now - start >= LEAST_MS && isSame(counted, expected)) return counted;
      if (now - since >= LEAST_MS * 2 || now - start > PATIENCE_MS) return counted;
      await delay(POLL_MS);
    }
  }
}

/** @param {Truth} from @param {Truth} what @returns {Truth} */
function select(from, what) {
  return Object.fromEntries(Object.keys(what).map((id) => [id, from[id] ?? emptyUsage()]));
}

/** @param {Truth} one @param {Truth} other */
function isSame(one, other) {
  return Object.entries(one).every(([id, usage]) =>
    usageFields.every((field) => usage[field] === other[id][field]),
  );
}

/** @param {Truth} all @param {Truth} some @returns {Truth} */
export function minus(all, some) {
  return Object.fromEntries(
    Object.entries(all).map(([id, usage]) => {
      const rest = emptyUsage();
      for (const field of usageFields) rest[field] = usage[field] - (some[id]?.[field] ?? 0);
      return [id, rest];
    }),
  );
}

/** What is above 0 of it times `sign`. @param {Truth} gap @param {1 | -1} sign @returns {Truth} */
function parts(gap, sign) {
  return Object.fromEntries(
    Object.entries(gap).map(([id, usage]) => {
      const part = emptyUsage();
      for (const field of usageFields) part[field] = Math.max(0, sign * usage[field]);
      return [id, part];
    }),
  );
}

/** @param {Truth} usage @returns {Amount} */
function amountOf(usage) {
  const amount = { bytes: 0, packets: 0 };
  for (const { download, upload, localDownload, localUpload, packets } of Object.values(usage)) {
    amount.bytes += download + upload + localDownload + localUpload;
    amount.packets += packets;
  }
  return amount;
}

/** @param {Truth} lost @param {Truth} doubled @param {Truth} allowed @returns {string[]} */
function complaints(lost, doubled, allowed) {
  return Object.keys(lost).flatMap((id) =>
    usageFields.flatMap((field) => {
      const most = allowed[id]?.[field] ?? 0;
      const wrong = [];
      if (lost[id][field] > most)
        wrong.push(`${id} lost ${lost[id][field]} ${field}, allowed ${most}`);
      if (doubled[id][field] > 0) wrong.push(`${id} has ${doubled[id][field]} ${field} too many`);
      return wrong;
    }),
  );
}
