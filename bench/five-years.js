/** A ledger of five years: 100 devices, hours and remote addresses of the last 90 days, 50,000 events. */
import { createRandom, createWeightedChoice } from './random.js';

const DEVICES = 100;
const DAYS = 1826;
const DETAILED_DAYS = 90;
const PEERS_PER_DEVICE = 100;
const EVENTS = 50_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Epoch ms of the first and the last day, both in UTC. */
export const lastDayMs = Date.UTC(2026, 10, 20);
export const firstDayMs = lastDayMs - (DAYS - 1) * DAY_MS;
export const firstDetailedDayMs = lastDayMs - (DETAILED_DAYS - 1) * DAY_MS;

/** @param {number} at epoch ms @returns {number} the day such as 20261120 */
export function dayOf(at) {
  return Number(new Date(at).toISOString().slice(0, 10).replaceAll('-', ''));
}

/** @param {number} index */
export function deviceId(index) {
  return `0200000000${index.toString(16).padStart(2, '0')}`;
}

/**
 * Fills a store. The popularity of the remote addresses falls with their rank to the power of 0.9.
 *
 * @param {{ checkpoint(checkpoint: object): void }} store
 * @param {number} addresses different remote addresses; 0: none is seen twice
 */
export function fillLedger(store, addresses) {
  const random = createRandom(1);
  const amount = () => random() % 1_000_000_000;
  const weights = Array.from({ length: Math.max(1, addresses) }, (_, rank) => (rank + 1) ** -0.9);
  const popular = createWeightedChoice(weights, random);
  let unique = 0;
  const chooseAddress = () => formatAddress(addresses === 0 ? unique++ : popular());

  for (let at = firstDayMs; at <= lastDayMs; at += DAY_MS) {
    const day = dayOf(at);
    const isDetailed = at >= firstDetailedDayMs;
    /** @type {object[]} */
    const [days, hours, peers] = [[], [], []];
    for (let index = 0; index < DEVICES; index++) {
      const device = deviceId(index);
      days.push({ device, day, usage: usage(amount()) });
      if (!isDetailed) continue;
      for (let hour = 0; hour < 24; hour++) {
        hours.push({ device, hour: at + hour * HOUR_MS, usage: usage(amount()) });
      }
      for (let peer = 0; peer < PEERS_PER_DEVICE; peer++) {
        const part = { download: amount() % 1_000_000, upload: amount() % 100_000 };
        peers.push({ device, day, address: chooseAddress(), usage: part });
      }
    }
    store.checkpoint({ ...nothing, at, days, hours, peers });
  }
  const events = Array.from({ length: EVENTS }, (_, index) => ({
    id: index + 1,
    at: firstDayMs + index * HOUR_MS,
    type: index % 2 === 0 ? 'device-online' : 'device-offline',
    device: deviceId((random() % (DEVICES - 1)) + 1),
    message: `A device with a name of usual length was seen again after ${index} minutes.`,
    acknowledged: index > 0,
  }));
  store.checkpoint({ ...nothing, at: lastDayMs, events });
}

const nothing = {
  merges: [],
  devices: [],
  hours: [],
  days: [],
  peers: [],
  applied: [],
  events: [],
  acknowledgedEvents: [],
  peerNames: [],
  groups: [],
  limits: [],
};

/** @param {number} download */
function usage(download) {
  const upload = Math.floor(download / 10);
  return { download, upload, localDownload: 1000, localUpload: 1000, packets: 100_000 };
}

/** Every tenth is an IPv6 address. @param {number} index */
function formatAddress(index) {
  const [high, low] = [index >>> 8, index & 255];
  return index % 10 === 0
    ? `2001:db8:${(high >>> 8).toString(16)}:${(high & 255).toString(16)}::${low.toString(16)}`
    : `198.${18 + (high >>> 8)}.${high & 255}.${low}`;
}
