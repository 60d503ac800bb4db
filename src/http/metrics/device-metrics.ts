import type { DeviceReport } from '../../model/report.ts';
import { noUsage, type Usage } from '../../model/usage.ts';
import type { Metric, Sample } from './metric.ts';

/**
 * Usage is labelled with what never changes, the device's id. What may change, its name above all, is a label of
 * `lanledger_device_info` alone, so that a rename begins no new series.
 */
export const deviceMetrics: readonly Metric[] = [
  {
    name: 'lanledger_device_info',
    help: 'Always 1; what is known of a device and may change.',
    type: 'gauge',
    labels: ['device', 'mac', 'name', 'vendor', 'router'],
    read: eachDevice(({ id, mac = '', name, vendor = '', router }) => [
      [{ device: id, mac, name, vendor, router: String(router) }, 1],
    ]),
  },
  {
    name: 'lanledger_device_online',
    help: '1 while the device is online.',
    type: 'gauge',
    labels: ['device'],
    read: eachDevice(({ id, online }) => [[{ device: id }, Number(online)]]),
  },
  {
    name: 'lanledger_device_bytes_total',
    help: 'Bytes of IP packets since the daemon started, seen from the device; local traffic stayed on the network.',
    type: 'counter',
    labels: ['device', 'direction'],
    read: ({ report, sinceStart: { devices } }) =>
      report.devices.flatMap(({ id }) => byDirection(devices.get(id) ?? noUsage(), { device: id })),
  },
  {
    name: 'lanledger_device_lifetime_bytes',
    help: 'Bytes of IP packets ever, as the ledger has them.',
    type: 'gauge',
    labels: ['device', 'direction'],
    read: eachDevice(({ id, total }) => byDirection(total, { device: id })),
  },
  {
    name: 'lanledger_device_packets_total',
    help: 'IP packets since the daemon started, in both directions, local ones too.',
    type: 'counter',
    labels: ['device'],
    read: ({ report, sinceStart: { devices } }) =>
      report.devices.map(({ id }) => [{ device: id }, devices.get(id)?.packets ?? 0]),
  },
  {
    name: 'lanledger_network_bytes_total',
    help: 'The sum of all devices since the daemon started.',
    type: 'counter',
    labels: ['direction'],
    read: ({ sinceStart }) => byDirection(sinceStart.network, {}),
  },
  {
    name: 'lanledger_network_devices',
    help: 'Known devices, by what they are at present.',
    type: 'gauge',
    labels: ['state'],
    read: ({ report: { network } }) => [
      [{ state: 'online' }, network.devicesOnline],
      [{ state: 'offline' }, network.devices - network.devicesOnline],
    ],
  },
];

function eachDevice(read: (device: DeviceReport) => Sample[]): Metric['read'] {
  return ({ report }) => report.devices.flatMap(read);
}

function byDirection(usage: Usage, labels: Record<string, string>): Sample[] {
  return [
    [{ ...labels, direction: 'download' }, usage.download],
    [{ ...labels, direction: 'upload' }, usage.upload],
    [{ ...labels, direction: 'local_download' }, usage.localDownload],
    [{ ...labels, direction: 'local_upload' }, usage.localUpload],
  ];
}
