/**
 * Writes checkpoints until it is killed: `node endless-writer.js <URL of the store module> <ledger>`. Each has one
 * more byte than the one before and acknowledges its event, and its number stands on standard output once it is committed.
 */
import { writeSync } from 'node:fs';

const [, , module = '', path = ''] = process.argv;
const { openStore } = await import(module);
const store = openStore(path);

const devices = Array.from({ length: 40 }, (_, index) => `02000000${1000 + index}`);
const amounts = { download: 1, upload: 1, localDownload: 1, localUpload: 1, packets: 1 };

for (let at = (store.lastCheckpointAt() ?? 0) + 1; ; at++) {
  store.checkpoint({
    at,
    merges: [],
    devices: [],
    hours: devices.map((device) => ({ device, hour: (at % 48) * 3_600_000, usage: amounts })),
    days: devices.map((device) => ({ device, day: 20261101 + (at % 20), usage: amounts })),
    peers: devices.map((device) => ({
      device,
      day: 20261101 + (at % 20),
      address: `192.0.2.${at % 250}`,
      usage: amounts,
    })),
    applied: [{ monitor: 'eth0', boot: 'b', seq: at }],
    events: [{ id: at, at, type: 'daemon-started', message: 'Written.', acknowledged: false }],
    acknowledgedEvents: [at - 1],
    peerNames: [],
    groups: [],
    limits: [],
  });
  writeSync(1, `${at}\n`);
}
