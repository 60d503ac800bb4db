import type { DeviceReport, Report } from '../../src/model/report.ts';
import { noUsage } from '../../src/model/usage.ts';

/** 2026-11-20 10:00 in Berlin, a laptop, an address without a MAC, and the router. */
export const sampleAt = Date.UTC(2026, 10, 20, 9, 0, 0);

export const laptop: DeviceReport = {
  id: '020000000101',
  mac: '02:00:00:00:01:01',
  name: 'Laptop',
  nameSource: 'user',
  hidden: false,
  randomisedMac: true,
  router: false,
  online: true,
  addresses: ['192.168.1.20', '2001:db8::20'],
  merged: [],
  firstSeen: Date.UTC(2026, 10, 1, 6, 0, 0),
  lastSeen: Date.UTC(2026, 10, 20, 8, 59, 58),
  today: { download: 2_500, upload: 1_024, localDownload: 10, localUpload: 20, packets: 7 },
  month: { download: 25_000, upload: 10_240, localDownload: 100, localUpload: 200, packets: 70 },
  total: { download: 250_000, upload: 102_400, localDownload: 1e3, localUpload: 2e3, packets: 700 },
  rate: { download: 1_000.6, upload: 99.4 },
};

const addressOnly: DeviceReport = {
  id: 'ip:2001:db8::1',
  name: '2001:db8::1',
  hidden: false,
  randomisedMac: false,
  router: false,
  online: false,
  addresses: ['2001:db8::1'],
  merged: [],
  firstSeen: Date.UTC(2026, 10, 19, 12, 0, 0),
  lastSeen: Date.UTC(2026, 10, 19, 12, 30, 0),
  today: noUsage(),
  month: { ...noUsage(), download: 600, packets: 1 },
  total: { ...noUsage(), download: 600, packets: 1 },
  rate: { download: 0, upload: 0 },
};

export const router: DeviceReport = {
  id: 'aabbccddeeff',
  mac: 'aa:bb:cc:dd:ee:ff',
  name: 'Example aa:bb:cc',
  vendor: 'Example',
  hidden: false,
  randomisedMac: false,
  router: true,
  online: true,
  addresses: ['192.168.1.1'],
  merged: [],
  firstSeen: Date.UTC(2026, 10, 1, 6, 0, 0),
  lastSeen: Date.UTC(2026, 10, 20, 9, 0, 0),
  today: noUsage(),
  month: noUsage(),
  total: noUsage(),
  rate: { download: 0, upload: 0 },
};

/** The sample, with the fields given replaced. */
export function sampleReport(changes: Partial<Report> = {}): Report {
  return {
    at: sampleAt,
    timeZone: 'Europe/Berlin',
    day: 20261120,
    since: { day: Date.UTC(2026, 10, 19, 23), month: Date.UTC(2026, 9, 31, 23) },
    groups: [],
    limits: [],
    billing: {
      from: 20261101,
      next: 20261201,
      daysLeft: 11,
      usedBytes: 35_840,
      forecastBytes: 54_857,
    },
    devices: [laptop, router, addressOnly],
    network: {
      devices: 3,
      devicesOnline: 2,
      today: laptop.today,
      month: { ...laptop.month, download: 25_600, packets: 71 },
      total: { ...laptop.total, download: 250_600, packets: 701 },
      rate: laptop.rate,
    },
    health: {
      status: 'ok',
      problems: [],
      version: '0.1.0',
      startedAt: sampleAt - 3_600_000,
      checkpointAt: sampleAt - 10_000,
      monitors: [
        {
          monitor: 'local',
          lastBatchAt: sampleAt - 1_000,
          heardAt: 3_599_000,
          counters: {
            frames: 12,
            accounted: 10,
            notIp: 2,
            malformed: 0,
            transit: 0,
            foldedPeers: 0,
            unattributedPackets: 0,
            droppedSightings: 0,
            interfaces: [{ name: 'eth0', up: true, received: 12, dropped: 0 }],
          },
        },
      ],
    },
    ...changes,
  };
}
