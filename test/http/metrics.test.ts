import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import type { SinceStart } from '../../src/http/metrics/metric.ts';
import { createMetrics } from '../../src/http/routes/metrics.ts';
import type { DeviceReport, LimitReport, Report } from '../../src/model/report.ts';
import { noUsage } from '../../src/model/usage.ts';
import { laptop, sampleReport } from '../support/sample-report.ts';
import { startRoutes } from './routes.ts';

const promtoolMissing = spawnSync('promtool', ['--version']).error?.message;
if (promtoolMissing !== undefined) {
  console.warn(`The test of metrics with promtool is skipped: ${promtoolMissing}.`);
}

const nothing: SinceStart = { devices: new Map(), network: noUsage() };

/** What the daemon says that reports this, of which so much is since its start. */
async function scrape(report: Report, sinceStart = nothing): Promise<string> {
  const health = () => ({ storeBytes: 65_536, broker: { connected: true } });
  const metrics = createMetrics({ report: () => report, health, sinceStart });
  const handlers = { metrics };
  const { ask } = await startRoutes({ handlers });
  const answer = await ask('/metrics');
  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  return answer.text;
}

/** The samples whose name begins so, without help and type. */
function samples(text: string, prefix: string): string[] {
  return text.split('\n').filter((line) => line.startsWith(prefix));
}

const withLaptop = (changes: Partial<DeviceReport>) =>
  sampleReport({ devices: [{ ...laptop, ...changes }] });

test('everything of the sample', async () => {
  const devices = new Map([
    [laptop.id, { download: 10_000, upload: 400, localDownload: 10, localUpload: 20, packets: 10 }],
    ['ip:2001:db8::1', { ...noUsage(), download: 600, packets: 1 }],
    ['020000000999', { ...noUsage(), download: 5_000, packets: 5 }],
  ]);
  const network = {
    download: 15_600,
    upload: 400,
    localDownload: 11,
    localUpload: 22,
    packets: 16,
  };
  const text = await scrape(sampleReport(), { devices, network });
  expect(samples(text, 'lanledger_')).toEqual([
    'lanledger_info{version="0.1.0"} 1',
    'lanledger_down 0',
    'lanledger_problems 0',
    'lanledger_checkpoint_timestamp_seconds 1795165190',
    'lanledger_store_bytes 65536',
    'lanledger_broker_connected 1',
    'lanledger_device_info{device="020000000101",mac="02:00:00:00:01:01",name="Laptop",vendor="",router="false"} 1',
    'lanledger_device_info{device="aabbccddeeff",mac="aa:bb:cc:dd:ee:ff",name="Example aa:bb:cc",vendor="Example",router="true"} 1',
    'lanledger_device_info{device="ip:2001:db8::1",mac="",name="2001:db8::1",vendor="",router="false"} 1',
    'lanledger_device_online{device="020000000101"} 1',
    'lanledger_device_online{device="aabbccddeeff"} 1',
    'lanledger_device_online{device="ip:2001:db8::1"} 0',
    'lanledger_device_bytes_total{device="020000000101",direction="download"} 10000',
    'lanledger_device_bytes_total{device="020000000101",direction="upload"} 400',
    'lanledger_device_bytes_total{device="020000000101",direction="local_download"} 10',
    'lanledger_device_bytes_total{device="020000000101",direction="local_upload"} 20',
    'lanledger_device_bytes_total{device="aabbccddeeff",direction="download"} 0',
    'lanledger_device_bytes_total{device="aabbccddeeff",direction="upload"} 0',
    'lanledger_device_bytes_total{device="aabbccddeeff",direction="local_download"} 0',
    'lanledger_device_bytes_total{device="aabbccddeeff",direction="local_upload"} 0',
    'lanledger_device_bytes_total{device="ip:2001:db8::1",direction="download"} 600',
    'lanledger_device_bytes_total{device="ip:2001:db8::1",direction="upload"} 0',
    'lanledger_device_bytes_total{device="ip:2001:db8::1",direction="local_download"} 0',
    'lanledger_device_bytes_total{device="ip:2001:db8::1",direction="local_upload"} 0',
    'lanledger_device_lifetime_bytes{device="020000000101",direction="download"} 250000',
    'lanledger_device_lifetime_bytes{device="020000000101",direction="upload"} 102400',
    'lanledger_device_lifetime_bytes{device="020000000101",direction="local_download"} 1000',
    'lanledger_device_lifetime_bytes{device="020000000101",direction="local_upload"} 2000',
    'lanledger_device_lifetime_bytes{device="aabbccddeeff",direction="download"} 0',
    'lanledger_device_lifetime_bytes{device="aabbccddeeff",direction="upload"} 0',
    'lanledger_device_lifetime_bytes{device="aabbccddeeff",direction="local_download"} 0',
    'lanledger_device_lifetime_bytes{device="aabbccddeeff",direction="local_upload"} 0',
    'lanledger_device_lifetime_bytes{device="ip:2001:db8::1",direction="download"} 600',
    'lanledger_device_lifetime_bytes{device="ip:2001:db8::1",direction="upload"} 0',
    'lanledger_device_lifetime_bytes{device="ip:2001:db8::1",direction="local_download"} 0',
    'lanledger_device_lifetime_bytes{device="ip:2001:db8::1",direction="local_upload"} 0',
    'lanledger_device_packets_total{device="020000000101"} 10',
    'lanledger_device_packets_total{device="aabbccddeeff"} 0',
    'lanledger_device_packets_total{device="ip:2001:db8::1"} 1',
    'lanledger_network_bytes_total{direction="download"} 15600',
    'lanledger_network_bytes_total{direction="upload"} 400',
    'lanledger_network_bytes_total{direction="local_download"} 11',
    'lanledger_network_bytes_total{direction="local_upload"} 22',
    'lanledger_network_devices{state="online"} 2',
    'lanledger_network_devices{state="offline"} 1',
    'lanledger_capture_received_frames_total{monitor="local",interface="eth0"} 12',
    'lanledger_capture_dropped_frames_total{monitor="local",interface="eth0"} 0',
    'lanledger_capture_interface_up{monitor="local",interface="eth0"} 1',
    'lanledger_monitor_last_batch_timestamp_seconds{monitor="local"} 1795165199',
    'lanledger_monitor_frames_total{monitor="local"} 12',
    'lanledger_monitor_accounted_frames_total{monitor="local"} 10',
    'lanledger_monitor_other_frames_total{monitor="local"} 2',
    'lanledger_monitor_malformed_frames_total{monitor="local"} 0',
    'lanledger_monitor_transit_packets_total{monitor="local"} 0',
    'lanledger_monitor_folded_peers_total{monitor="local"} 0',
    'lanledger_monitor_unattributed_packets_total{monitor="local"} 0',
    'lanledger_monitor_dropped_sightings_total{monitor="local"} 0',
  ]);
  expect(text).toContain(
    '# HELP lanledger_device_packets_total IP packets since the daemon started, in both directions, local ones too.\n' +
      '# TYPE lanledger_device_packets_total counter\n',
  );
});

test('the process, by the names of all client libraries', async () => {
  const text = await scrape(sampleReport());
  const processes = [...samples(text, 'process_'), ...samples(text, 'nodejs_')];
  const values = new Map(processes.map((line) => line.split(' ') as [string, string]));
  expect([...values.keys()]).toEqual([
    'process_cpu_seconds_total',
    'process_resident_memory_bytes',
    'process_start_time_seconds',
    'nodejs_eventloop_busy_seconds_total',
  ]);
  for (const value of values.values()) expect(Number(value)).toBeGreaterThan(0);
  expect(Number(values.get('process_start_time_seconds'))).toBeCloseTo(
    performance.timeOrigin / 1000,
    3,
  );
});

test('trouble: nothing metered, problems, an interface down, frames dropped', async () => {
  const { health, at } = sampleReport();
  const monitors = health.monitors.map((each) => ({
    ...each,
    lastBatchAt: at - 60_001,
    counters: {
      ...each.counters,
      interfaces: [{ name: 'wlan0', up: false, received: 5, dropped: 3 }],
    },
  }));
  const problems = ['One.', 'Two.'];
  const text = await scrape(
    sampleReport({ health: { ...health, status: 'down', problems, monitors } }),
  );
  expect(text).toContain('\nlanledger_down 1\n');
  expect(text).toContain('\nlanledger_problems 2\n');
  expect(samples(text, 'lanledger_capture_')).toEqual([
    'lanledger_capture_received_frames_total{monitor="local",interface="wlan0"} 5',
    'lanledger_capture_dropped_frames_total{monitor="local",interface="wlan0"} 3',
    'lanledger_capture_interface_up{monitor="local",interface="wlan0"} 0',
  ]);
});

test('limits', async () => {
  const limit: LimitReport = {
    target: 'g1',
    period: 'week',
    direction: 'download',
    bytes: 5_000_000_000,
    warningPercent: 80,
    from: 20261116,
    next: 20261123,
    usedBytes: 4_100_000_000,
    level: 'warning',
  };
  const all = { ...limit, target: 'network', direction: 'both', usedBytes: 0 } as const;
  const text = await scrape(sampleReport({ limits: [limit, all] }));
  expect(samples(text, 'lanledger_limit_')).toEqual([
    'lanledger_limit_used_bytes{target="g1",period="week",direction="download"} 4100000000',
    'lanledger_limit_used_bytes{target="network",period="week",direction="both"} 0',
    'lanledger_limit_bytes{target="g1",period="week",direction="download"} 5000000000',
    'lanledger_limit_bytes{target="network",period="week",direction="both"} 5000000000',
  ]);
});

test('a rename changes the series of no usage', async () => {
  const [before, after] = [await scrape(withLaptop({})), await scrape(withLaptop({ name: 'Tab' }))];
  for (const metric of ['bytes_total', 'packets_total', 'online']) {
    const prefix = `lanledger_device_${metric}`;
    expect(samples(after, prefix)).toEqual(samples(before, prefix));
  }
  expect(samples(after, 'lanledger_device_info')[0]).toContain('name="Tab"');
});

const hostileName = 'a"b\\c\nd} 9 # € {x="';

test('names cannot break out of their label', async () => {
  const text = await scrape(withLaptop({ name: hostileName, vendor: '\\' }));
  expect(samples(text, 'lanledger_device_info')).toEqual([
    String.raw`lanledger_device_info{device="020000000101",mac="02:00:00:00:01:01",name="a\"b\\c\nd} 9 # € {x=\"",vendor="\\",router="false"} 1`,
  ]);
});

test('a lifetime that steps back or jumps moves no counter', async () => {
  const used = { ...noUsage(), download: 5, packets: 1 };
  const sinceStart = { devices: new Map([[laptop.id, used]]), network: used };
  const { network } = sampleReport();
  for (const total of [noUsage(), laptop.total, { ...laptop.total, upload: 2e11 }]) {
    const report = { ...withLaptop({ total }), network: { ...network, total } };
    const text = await scrape(report, sinceStart);
    expect(samples(text, 'lanledger_device_bytes_total')[0]).toMatch(/"download"} 5$/);
    expect(samples(text, 'lanledger_device_bytes_total')[1]).toMatch(/"upload"} 0$/);
    expect(samples(text, 'lanledger_device_packets_total')).toEqual([
      'lanledger_device_packets_total{device="020000000101"} 1',
    ]);
    expect(samples(text, 'lanledger_network_bytes_total')[0]).toMatch(/"download"} 5$/);
  }
});

test('amounts beyond 10^15 bytes stay exact', async () => {
  const used = { ...noUsage(), download: Number.MAX_SAFE_INTEGER, packets: 1 };
  const devices = new Map([[laptop.id, used]]);
  const text = await scrape(sampleReport(), { devices, network: used });
  expect(samples(text, 'lanledger_device_bytes_total')[0]).toBe(
    'lanledger_device_bytes_total{device="020000000101",direction="download"} 9007199254740991',
  );
});

test.skipIf(promtoolMissing !== undefined)('promtool has nothing to say', async () => {
  const report = sampleReport();
  const devices = [...report.devices, { ...laptop, id: '020000000102', name: hostileName }];
  const input = await scrape({ ...report, devices });
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
    input,
    encoding: 'utf8',
  });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
});
