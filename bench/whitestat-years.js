/** A WhiteStat.db of a home: the schema and forms of WhiteStat v10, and what ought to become of it. */
import { createRandom } from './random.js';

const DAY_MS = 86_400_000;
const ROUTER = '02:00:5e:00:00:01';

const schema = `
  CREATE TABLE DailyUsage (DATE TEXT, IP TEXT NOT NULL, MAC TEXT NOT NULL, SEEN TEXT, "IN" REAL DEFAULT 0.0,
    "OUT" REAL DEFAULT 0.0, LOCAL INTEGER, LSTDAY_IN REAL DEFAULT 0.0, LSTDAY_OUT REAL DEFAULT 0.0, PRIMARY KEY (IP, MAC, DATE));
  CREATE TABLE UsageHistory (DATE TEXT NOT NULL, IP TEXT NOT NULL, MAC TEXT NOT NULL, SEEN TEXT, "IN" REAL DEFAULT 0.0,
    "OUT" REAL DEFAULT 0.0, LOCAL INTEGER, LSTDAY_IN REAL DEFAULT 0.0, LSTDAY_OUT REAL DEFAULT 0.0, PRIMARY KEY (IP, MAC, DATE));
  CREATE TABLE DName (IP TEXT NOT NULL, NAME TEXT, PRIMARY KEY (IP));
  CREATE TABLE MName (MAC TEXT NOT NULL, NAME TEXT, PRIMARY KEY (MAC));`;

/**
 * Fills a database. The public addresses of a day have 15 of 16 parts of what its devices have.
 *
 * @param {import('better-sqlite3').Database} database
 * @param {{ days: number, devices: number, addresses: number, lastDayMs: number }} home
 * @returns {{ download: number, upload: number, deviceDays: number, addressDays: number }} whole bytes, of the devices
 */
export function fillWhitestat(database, { days, devices, addresses, lastDayMs }) {
  const random = createRandom(1);
  database.exec(schema);
  /** @param {string} table */
  const insertInto = (table) =>
    database.prepare(
      `INSERT INTO ${table} (DATE, IP, MAC, SEEN, "IN", "OUT", LOCAL) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    );
  const [history, daily] = ['UsageHistory', 'DailyUsage'].map(insertInto);
  const truth = { download: 0, upload: 0, deviceDays: 0, addressDays: 0 };
  const fill = database.transaction(() => {
    for (let back = days - 1; back >= 0; back--) {
      const day = new Date(lastDayMs - back * DAY_MS).toISOString().slice(0, 10);
      const insert = back === 0 ? daily : history;
      /** @param {string} ip @param {string} mac @param {number[]} kilobytes @param {0 | 1} local */
      const add = (ip, mac, [kilobytesIn, kilobytesOut], local) =>
        insert.run(
          `${day}T00:00:00.000`,
          ip,
          mac,
          `${day}T10:07:01.000`,
          kilobytesIn,
          kilobytesOut,
          local,
        );
      let [download, upload] = [0, 0];
      for (let index = 0; index < devices; index++) {
        const hundredths = [(random() % 400_000_000) + 2 ** 20, (random() % 40_000_000) + 2 ** 20];
        const kilobytes = hundredths.map((value) => value / 100);
        add(`192.168.1.${20 + index}`, deviceMac(index), kilobytes, 1);
        download += Math.round(kilobytes[0] * 1024);
        upload += Math.round(kilobytes[1] * 1024);
        truth.deviceDays++;
      }
      truth.download += download;
      truth.upload += upload;
      const share = [upload, download].map((bytes) =>
        Math.floor((bytes * 15) / 16 / addresses / 10.24),
      );
      for (let index = 0; index < addresses; index++) {
        const kilobytes = share.map((hundredths) => (hundredths - (index % 7)) / 100);
        add(remoteAddress(index), ROUTER, kilobytes, 0);
        truth.addressDays++;
      }
    }
    for (let index = 0; index < devices; index++) {
      database.prepare('INSERT INTO MName VALUES (?, ?)').run(deviceMac(index), `Device ${index}`);
    }
  });
  fill();
  return truth;
}

/** @param {number} index */
function deviceMac(index) {
  return `02:00:00:00:00:${index.toString(16).padStart(2, '0')}`;
}

/** Every tenth is an IPv6 address. @param {number} index */
function remoteAddress(index) {
  const [high, low] = [index >>> 8, index & 255];
  return index % 10 === 0
    ? `2001:db8:0:${high.toString(16)}::${low.toString(16)}`
    : `198.${18 + (high >>> 8)}.${high & 255}.${low}`;
}
