/** How many messages and bytes a broker and Home Assistant get from a home in an hour. See README.md. */
import { env, stdout } from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createRandom } from './random.js';
import { renderTable } from './table.js';

const program = pathToFileURL(
  env['BENCH_LANLEDGER'] ?? fileURLToPath(new URL('../dist/main.js', import.meta.url)),
);
/** @param {string} path within the build */
const load = (path) => import(new URL(path, program).href);

const { createStateGate } = await load('mqtt/state-gate.js');
const { createRetained } = await load('mqtt/retained.js');
const { buildStates } = await load('mqtt/states.js');
const { createTopics } = await load('mqtt/topics.js');
const { buildDocument, subjectsOf } = await load('mqtt/home-assistant/documents.js');

const INTERVAL_MS = 10_000;
const HOUR_MS = 3_600_000;
const start = Date.UTC(2026, 10, 20, 9);
const topics = createTopics('lanledger');

/** @typedef {{ download: number, upload: number, localDownload: number, localUpload: number, packets: number }} Usage */

/** One in ten streams, two in ten are used now and then, the others say a word every half minute. */
class Home {
  /** @param {number} count of devices */
  constructor(count) {
    this.random = createRandom(1);
    this.at = start;
    this.devices = Array.from({ length: count }, (_, index) => this.device(index));
  }

  /** @param {number} index */
  device(index) {
    const id = `3c22fb${index.toString(16).padStart(6, '0')}`;
    const usage = () => ({ download: 0, upload: 0, localDownload: 0, localUpload: 0, packets: 0 });
    return {
      id,
      mac: id.replaceAll(/(..)(?!$)/g, '$1:'),
      name: `Device ${index}`,
      nameSource: 'dhcp',
      vendor: 'Example',
      hidden: false,
      randomisedMac: false,
      router: false,
      online: true,
      addresses: [`192.168.1.${index % 250}`, `2001:db8::${index.toString(16)}`],
      firstSeen: start,
      lastSeen: start,
      today: usage(),
      month: usage(),
      total: usage(),
      rate: { download: 0, upload: 0 },
    };
  }

  /** @param {number} index */
  traffic(index) {
    const chance = this.random() / 2 ** 32;
    if (index % 10 === 0) return 1_000_000 + (this.random() % 20_000_000);
    if (index % 10 < 3) return chance < 0.1 ? this.random() % 5_000_000 : this.random() % 3_000;
    return chance < 0.33 ? 200 + (this.random() % 2_000) : 0;
  }

  /** An interval passes. */
  pass() {
    this.at += INTERVAL_MS;
    for (const [index, device] of this.devices.entries()) {
      const download = this.traffic(index);
      device.rate = { download: download / 10, upload: download / 100 };
      if (download > 0) device.lastSeen = this.at;
      for (const span of [device.today, device.month, device.total]) {
        span.download += download;
        span.upload += Math.round(download / 10);
        span.packets += Math.ceil(download / 1000);
      }
    }
  }

  report() {
    const { devices, at } = this;
    /** @param {'today' | 'month' | 'total'} span @returns {Usage} */
    const sum = (span) => ({
      ...devices[0][span],
      download: devices.reduce((total, device) => total + device[span].download, 0),
    });
    const [today, month, total] = [sum('today'), sum('month'), sum('total')];
    return {
      at,
      day: 20_261_120,
      since: { day: start, month: start },
      devices,
      groups: [],
      limits: [],
      billing: {
        from: 20_261_101,
        next: 20_261_201,
        daysLeft: 11,
        usedBytes: month.download,
        forecastBytes: month.download * 2,
      },
      network: {
        today,
        month,
        total,
        rate: devices[0].rate,
        devices: devices.length,
        devicesOnline: devices.length,
      },
      health: { status: 'ok', problems: [], version: '1.0.0', checkpointAt: at, monitors: [] },
    };
  }
}

/**
 * @param {number} count of devices
 * @param {number} minimumChangeBytes
 */
function hourOf(count, minimumChangeBytes) {
  const home = new Home(count);
  const retained = createRetained();
  const gate = createStateGate(retained, { monotonic: () => home.at });
  let [messages, bytes] = [0, 0];
  const publish = () => {
    const states = buildStates(home.report(), topics);
    const settings = { minimumChangeBytes, intervalMs: INTERVAL_MS, urgent: new Set() };
    gate.publish({ ...settings, states, day: 20_261_120 });
    for (let next = retained.next(); next !== undefined; next = retained.next()) {
      messages += 1;
      bytes += next.topic.length + Buffer.byteLength(next.payload);
      next.done();
    }
  };
  publish();
  [messages, bytes] = [0, 0];
  for (let at = 0; at < HOUR_MS; at += INTERVAL_MS) {
    home.pass();
    publish();
  }
  return { messages, bytes };
}

/** @param {number} count of devices */
function documentBytes(count) {
  const report = new Home(count).report();
  const subjects = subjectsOf(report, report.devices, topics, { connections: true });
  return subjects
    .map((/** @type {object} */ subject) => buildDocument(subject, { topics, version: '1.0.0' }))
    .reduce(
      (/** @type {number} */ sum, /** @type {string} */ text) => sum + Buffer.byteLength(text),
      0,
    );
}

const rows = [20, 100, 200].map((count) => {
  const [usual, all] = [hourOf(count, 100_000), hourOf(count, 0)];
  return [
    String(count),
    String(usual.messages),
    (usual.bytes / 1e6).toFixed(2),
    String(all.messages),
    (all.bytes / 1e6).toFixed(2),
    (documentBytes(count) / 1000).toFixed(0),
  ];
});
stdout.write(
  renderTable(
    ['devices', 'messages/h', 'MB/h', 'messages/h (0 B)', 'MB/h (0 B)', 'documents kB'],
    rows,
  ),
);
