import type { InterfaceCounters, MonitorCounters } from '../../model/batch.ts';
import type { MonitorHealth } from '../../model/report.ts';
import type { Metric } from './metric.ts';

/** Counters of capture begin at 0 whenever a monitor starts. */
export const captureMetrics: readonly Metric[] = [
  {
    name: 'lanledger_capture_received_frames_total',
    help: 'Frames that the kernel delivered.',
    type: 'counter',
    labels: ['monitor', 'interface'],
    read: eachInterface(({ received }) => received),
  },
  {
    name: 'lanledger_capture_dropped_frames_total',
    help: 'Frames that the kernel had to drop because the ring was full.',
    type: 'counter',
    labels: ['monitor', 'interface'],
    read: eachInterface(({ dropped }) => dropped),
  },
  {
    name: 'lanledger_capture_interface_up',
    help: '1 while the interface is there and up.',
    type: 'gauge',
    labels: ['monitor', 'interface'],
    read: eachInterface(({ up }) => Number(up)),
  },
  {
    name: 'lanledger_monitor_last_batch_timestamp_seconds',
    help: 'When the monitor reported last; it does every second.',
    type: 'gauge',
    labels: ['monitor'],
    read: eachMonitor(({ lastBatchAt }) => lastBatchAt / 1000),
  },
  counter('frames', 'frames', 'Frames read.'),
  counter('accounted_frames', 'accounted', 'Frames with an IP packet that was accounted.'),
  counter('other_frames', 'notIp', 'Frames that carry no IP packet, such as ARP.'),
  counter('malformed_frames', 'malformed', 'Frames whose headers are wrong or end early.'),
  counter('transit_packets', 'transit', 'Packets on their way through, such as those seen twice.'),
  counter('folded_peers', 'foldedPeers', 'Peers folded into "other": the table was full.'),
  counter(
    'unattributed_packets',
    'unattributedPackets',
    'Packets that went to the device "other": the table of devices was full.',
  ),
  counter(
    'dropped_sightings',
    'droppedSightings',
    'Messages about devices passed over: too many at a time.',
  ),
];

function counter(
  name: string,
  key: Exclude<keyof MonitorCounters, 'interfaces'>,
  help: string,
): Metric {
  return {
    name: `lanledger_monitor_${name}_total`,
    help,
    type: 'counter',
    labels: ['monitor'],
    read: eachMonitor(({ counters }) => counters[key]),
  };
}

function eachMonitor(value: (monitor: MonitorHealth) => number): Metric['read'] {
  return ({ report }) =>
    report.health.monitors.map((each) => [{ monitor: each.monitor }, value(each)]);
}

function eachInterface(value: (counters: InterfaceCounters) => number): Metric['read'] {
  return ({ report }) =>
    report.health.monitors.flatMap(({ monitor, counters }) =>
      counters.interfaces.map((each) => [{ monitor, interface: each.name }, value(each)] as const),
    );
}
