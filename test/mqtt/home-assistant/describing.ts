import { expect } from 'vitest';
import type { DeviceReport, Report } from '../../../src/model/report.ts';
import { faultsOfDocument, faultsOfMessages } from '../../support/home-assistant-rules.ts';
import {
  aedesBroker,
  mosquittoBroker,
  mosquittoMissing,
  type TestBroker,
} from '../../support/broker.ts';
import type { Watcher } from '../../support/watcher.ts';
import { laptop, sampleReport } from '../../support/sample-report.ts';
import { expectSound, publisherFor } from '../publication.ts';

export const kinds: [name: string, create: () => Promise<TestBroker>][] = [
  ['a broker of MQTT 3.1.1', aedesBroker],
];
if (mosquittoMissing === undefined) kinds.push(['Mosquitto', () => mosquittoBroker()]);

const tablet: DeviceReport = {
  ...laptop,
  id: '3c22fb000001',
  mac: '3c:22:fb:00:00:01',
  randomisedMac: false,
  name: 'Tablet',
};
export const tabletDocument = documentTopic('3c22fb000001');
export const daemonDocument = documentTopic('daemon');
export const home = (changes: Partial<DeviceReport> = {}): Report =>
  sampleReport({ devices: [{ ...tablet, ...changes }] });
export const homeDocuments = [documentTopic('daemon'), documentTopic('network'), tabletDocument];

export function documentTopic(id: string): string {
  return `homeassistant/device/lanledger_${id}/config`;
}

export function manyDevices(count: number): DeviceReport[] {
  return Array.from({ length: count }, (_, index) => {
    const id = `3c22fb${index.toString(16).padStart(6, '0')}`;
    return { ...tablet, id, mac: id.replaceAll(/(..)(?!$)/g, '$1:'), name: `Device ${index}` };
  });
}

/** A publisher with discovery that shows the report. */
export async function describing(
  port: number,
  report: Report,
  {
    baseTopic = 'lanledger',
    ...changes
  }: { discovery?: boolean; maximumDevices?: number; baseTopic?: string } = {},
) {
  const publication = publisherFor(port, {
    config: { baseTopic },
    homeAssistant: { discovery: true, maximumDevices: 250, ...changes },
  });
  await publication.publisher.start();
  publication.show(report);
  return publication;
}

/** Everything that was sent before this call has arrived after it. */
export async function settle(watcher: Watcher): Promise<void> {
  const end = `end ${watcher.messages.length}`;
  await watcher.publish('marker', end);
  await watcher.until('marker', end);
}

export function countByTopic(watcher: Watcher, from = 0): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { topic } of watcher.messages.slice(from)) {
    if (topic === 'marker') continue;
    counts[topic] = (counts[topic] ?? 0) + 1;
  }
  return counts;
}

export const documentsIn = (counts: Record<string, number>) =>
  Object.fromEntries(Object.entries(counts).filter(([topic]) => topic.endsWith('/config')));

export const called = (name: string) => (payload: string) =>
  payload !== '' && (JSON.parse(payload) as { dev: { name: string } }).dev.name === name;

export const isDocument = (payload: string) => payload !== '';

export function expectAccepted(watcher: Watcher): void {
  for (const { topic, payload } of watcher.messages) {
    if (!topic.endsWith('/config') || payload === '') continue;
    expect([topic, faultsOfDocument(topic, payload)]).toEqual([topic, []]);
  }
  expect(faultsOfMessages(watcher.messages, 'lanledger/event')).toEqual([]);
  expectSound(watcher.messages.filter(({ topic }) => topic !== 'marker'));
}
