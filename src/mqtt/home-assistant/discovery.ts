import type { IPublishPacket } from 'mqtt';
import type { Log } from '../../base/log.ts';
import type { Config } from '../../config/config.ts';
import type { DeviceReport, Report } from '../../model/report.ts';
import type { Source } from '../outbox.ts';
import type { Retained } from '../retained.ts';
import type { Session } from '../session.ts';
import type { Timing } from '../timing.ts';
import type { Topics } from '../topics.ts';
import { createDismissals } from './dismissals.ts';
import { buildDocument, objectIdOf, subjectsOf, type Subject } from './documents.ts';
import { readDocument, withoutOldEntities, type FoundDocument } from './found-documents.ts';
import { createPacedTopics } from './paced-topics.ts';
import { selectDevices } from './selection.ts';

export interface DiscoveryOptions {
  /** All but the prefix is read anew each time. */
  config: Config['homeAssistant'];
  topics: Topics;
  /** Keeps what the user removed in Home Assistant. */
  retained: Retained;
  timing: Pick<Timing, 'orphansMs' | 'documentPauseMs' | 'birthMs'>;
  /** Something can be sent. */
  wake: () => void;
  log: Log;
}

/** Describes everything to Home Assistant in retained documents, and keeps to what its user removed there. */
export interface Discovery {
  /** The documents, for the outbox. */
  source: Source;
  /** Call it before the outbox: documents wait until it is known which ones the broker has. */
  connected(session: Session): void;
  disconnected(): void;
  /** False where the message is not for Home Assistant's sake. */
  message(topic: string, payload: Buffer, packet: Pick<IPublishPacket, 'retain'>): boolean;
  /** Brings the documents up to date. */
  publish(report: Report): void;
}

/** Where Home Assistant says `online` when it has started. */
const BIRTH_TOPIC = 'homeassistant/status';
/** More are looked after at the next connection. */
const mostFound = 10_000;
const mostDocumentBytes = 65_536;

export function createDiscovery(options: DiscoveryOptions): Discovery {
  const { config, topics, retained, timing, wake, log } = options;
  const start = `${config.discoveryPrefix}/device/`;
  const topicOf = (objectId: string) => `${start}${objectId}/config`;
  const paced = createPacedTopics(timing.documentPauseMs, wake);
  const dismissals = createDismissals();
  /** What was built for a subject last. */
  const built = new Map<string, { key: string; document: string }>();
  const found = new Map<string, FoundDocument>();
  const subjects = new Map<string, Subject>();
  /** Topics whose document is another LanLedger's, which may take it away again. */
  const others = new Set<string>();
  let described = new Set<string>();
  let report: Report | undefined;
  let isListening = true;
  let hasRead = false;
  /** Home Assistant has started while it was not known yet what the broker has. */
  let wasBorn = false;
  let listening: NodeJS.Timeout | undefined;
  let birth: NodeJS.Timeout | undefined;
  paced.hold();

  function objectIdIn(topic: string): string | undefined {
    if (!topic.startsWith(`${start}lanledger_`) || !topic.endsWith('/config')) return undefined;
    const objectId = topic.slice(start.length, -'/config'.length);
    return /^[a-zA-Z0-9_-]+$/.test(objectId) ? objectId : undefined;
  }

  /** Until nothing has come for a moment. */
  function listen(): void {
    clearTimeout(listening);
    listening = setTimeout(() => {
      isListening = false;
      hasRead = true;
      if (report !== undefined) reconcile(report);
      wake();
    }, timing.orphansMs).unref();
  }

  function reconcile(current: Report): void {
    if (described.size === 0) {
      const ids = current.devices.map(({ id }) => id);
      described = new Set(ids.filter((id) => found.has(topicOf(objectIdOf(id)))));
    }
    update(current);
    for (const [topic, document] of found) {
      const wanted = built.get(objectIdIn(topic) ?? '')?.document;
      if (wanted === undefined) paced.set(topic, '');
      else if (wanted === document.payload) paced.isThere(topic);
      else {
        const first = withoutOldEntities(wanted, document);
        if (first !== undefined) paced.precede(topic, first);
      }
    }
    found.clear();
    if (wasBorn) paced.repeat();
    wasBorn = false;
    paced.release();
  }

  function update(current: Report): void {
    const wanted = config.discovery ? wantedSubjects(current) : [];
    if (!config.discovery) dismissals.keep(new Set());
    subjects.clear();
    for (const subject of wanted) subjects.set(subject.objectId, subject);
    for (const objectId of built.keys()) if (!subjects.has(objectId)) built.delete(objectId);
    for (const subject of wanted) {
      paced.set(topicOf(subject.objectId), documentOf(subject, current.health.version));
    }
    clearUnwanted();
    const dismissed = dismissals.payload();
    if (dismissed !== '' || retained.has(topics.dismissed)) {
      retained.set(topics.dismissed, dismissed);
    }
  }

  function clearUnwanted(): void {
    for (const topic of paced.topics()) {
      if (subjects.has(objectIdIn(topic) ?? '')) continue;
      paced.set(topic, '');
      if (others.has(topic)) paced.isThere(topic);
    }
  }

  function wantedSubjects(current: Report): Subject[] {
    const candidates = current.devices.filter((device) => !isDismissed(device));
    const devices = selectDevices(candidates, config, described);
    described = new Set(devices.map(({ id }) => id));
    const all = subjectsOf(current, devices, topics, config);
    const known = [
      ...all.map(({ objectId }) => objectId),
      ...current.devices.map(({ id }) => objectIdOf(id)),
    ];
    dismissals.keep(new Set(known));
    return all.filter((subject) => !dismissals.has(subject));
  }

  /** What was removed in Home Assistant takes no place of another device. */
  function isDismissed(device: DeviceReport): boolean {
    const { id, name, nameSource } = device;
    const isNamedByUser = nameSource === 'user';
    return dismissals.has({ objectId: objectIdOf(id), name, isNamedByUser });
  }

  function documentOf(subject: Subject, version: string): string {
    const key = JSON.stringify([subject, version]);
    const before = built.get(subject.objectId);
    if (before?.key === key) return before.document;
    const document = buildDocument(subject, { topics, version });
    built.set(subject.objectId, { key, document });
    return document;
  }

  function foundDocument(topic: string, payload: Buffer): void {
    if (payload.length > mostDocumentBytes || found.size >= mostFound) return;
    const document = readDocument(payload.toString(), topics.status);
    if (document !== undefined) found.set(topic, document);
  }

  /** Somebody emptied a document: that is how Home Assistant's user removes a device or an entity. */
  function emptied(topic: string, objectId: string): void {
    const subject = subjects.get(objectId);
    const sent = paced.sent(topic);
    if (subject === undefined || sent === undefined || sent === '') return;
    if (others.delete(topic)) {
      born();
      return;
    }
    log.info(
      `${subject.name} was removed in Home Assistant: it is not described there any more, until it is renamed or discovery is switched off and on.`,
    );
    dismissals.add(subject);
    if (report !== undefined) update(report);
  }

  /** Everything once more, as when Home Assistant has started, but not in step with everybody else who waited for that. */
  function born(): void {
    const waitMs = timing.birthMs * (0.5 + Math.random() / 2);
    birth ??= setTimeout(() => {
      birth = undefined;
      wasBorn = isListening;
      paced.repeat();
      wake();
    }, waitMs).unref();
  }

  function documentMessage(topic: string, payload: Buffer, isRetained: boolean): void {
    const isFound = isRetained && isListening;
    if (isFound) listen();
    const objectId = objectIdIn(topic);
    if (objectId === undefined) return;
    if (isFound) foundDocument(topic, payload);
    else if (payload.length === 0) emptied(topic, objectId);
    // With MQTT 3.1.1 our own come back, too.
    else if (payload.toString() !== paced.sent(topic)) others.add(topic);
  }

  return {
    source: {
      next() {
        const message = paced.next();
        if (message !== undefined) others.delete(message.topic);
        return message;
      },
      lost: () => paced.lost(),
    },
    connected(session) {
      isListening = true;
      paced.hold();
      const filter = `${start}+/config`;
      if (!hasRead) session.subscribe({ filter: topics.dismissed, noLocal: true }, () => {});
      session.subscribe({ filter: BIRTH_TOPIC, noLocal: true }, () => {});
      session.subscribe({ filter, noLocal: true }, (refusal) => {
        if (refusal !== undefined) {
          log.warn(
            `The MQTT broker refuses the subscription to ${filter}, so what is removed in Home Assistant is not noticed: check its access list.`,
          );
        }
        listen();
      });
    },
    disconnected() {
      clearTimeout(listening);
      clearTimeout(birth);
      birth = undefined;
      found.clear();
      isListening = true;
      paced.hold();
    },
    message(topic, payload, { retain }) {
      if (topic === topics.dismissed) {
        if (retain && !hasRead) {
          dismissals.read(payload.toString());
          // So that it is cleared when nothing is dismissed any more.
          retained.set(topics.dismissed, dismissals.payload());
        }
      } else if (topic === BIRTH_TOPIC) {
        if (!retain && payload.toString() === 'online') born();
      } else if (topic.startsWith(start)) {
        documentMessage(topic, payload, retain);
      } else return false;
      return true;
    },
    publish(current) {
      const isFirst = report === undefined;
      report = current;
      if (isListening) return;
      if (isFirst) reconcile(current);
      else update(current);
    },
  };
}
