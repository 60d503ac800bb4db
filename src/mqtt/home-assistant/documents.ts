import type { Config } from '../../config/config.ts';
import type { DeviceReport, GroupReport, Report } from '../../model/report.ts';
import { NETWORK_TARGET } from '../../model/limit.ts';
import type { Topics } from '../topics.ts';
import { entities } from './entities.ts';
import type { Entity, Scope } from './entity.ts';

/** What one document is about. Only what stands here decides what the document says. */
export interface Subject {
  scope: Scope;
  /** Part of topics and unique ids: of `[a-zA-Z0-9_-]`, never changes. */
  objectId: string;
  /** As commands know it: a device id, a group id, `network`. */
  target: string;
  name: string;
  /** The user chose the name. */
  isNamedByUser: boolean;
  /** Topic of its state. */
  topic: string;
  mac?: string;
  vendor?: string;
}

export interface DocumentSettings {
  topics: Topics;
  /** Of this program. */
  version: string;
}

const DAEMON_ID = 'lanledger_daemon';
const PREFIX = 'lanledger_';

/** The object id of a device: what is legal in a topic of Home Assistant. */
export function objectIdOf(deviceId: string): string {
  return PREFIX + deviceId.replaceAll(/[^a-zA-Z0-9_-]/g, '_');
}

/** The program, the network, the groups and these devices, parents first, each object id once. */
export function subjectsOf(
  report: Pick<Report, 'groups'>,
  devices: readonly DeviceReport[],
  topics: Topics,
  { connections }: Pick<Config['homeAssistant'], 'connections'>,
): Subject[] {
  const subjects: Subject[] = [
    {
      scope: 'daemon',
      objectId: DAEMON_ID,
      target: 'daemon',
      name: 'LanLedger',
      isNamedByUser: false,
      topic: topics.health,
    },
    {
      scope: 'network',
      objectId: `${PREFIX}network`,
      target: NETWORK_TARGET,
      name: 'LanLedger network',
      isNamedByUser: false,
      topic: topics.network,
    },
    ...report.groups.flatMap((group) => groupSubject(group, topics)),
    ...devices.flatMap((device) => deviceSubject(device, topics, connections)),
  ];
  return [
    ...new Map(subjects.toReversed().map((one) => [one.objectId, one])).values(),
  ].toReversed();
}

function groupSubject({ id, name }: GroupReport, topics: Topics): Subject[] {
  const topic = topics.group(id);
  if (topic === undefined) return [];
  const objectId = objectIdOf(`group_${id}`);
  return [{ scope: 'group', objectId, target: id, name, isNamedByUser: true, topic }];
}

function deviceSubject(device: DeviceReport, topics: Topics, connections: boolean): Subject[] {
  const { id, name, nameSource, mac, randomisedMac, vendor } = device;
  const topic = topics.device(id);
  if (topic === undefined) return [];
  // A randomised MAC is another one tomorrow, perhaps that of another device.
  const isLasting = connections && mac !== undefined && !randomisedMac;
  return [
    {
      scope: 'device',
      objectId: objectIdOf(id),
      target: id,
      name: name === '' ? id : name,
      isNamedByUser: nameSource === 'user',
      topic,
      ...(isLasting ? { mac } : {}),
      ...(vendor === undefined ? {} : { vendor }),
    },
  ];
}

/** The device document of Home Assistant's MQTT discovery, as JSON. */
export function buildDocument(subject: Subject, settings: DocumentSettings): string {
  const { topics, version } = settings;
  const { scope, objectId, topic } = subject;
  const components = entities
    .filter(({ scopes }) => scopes.includes(scope))
    .map((entity) => [entity.key, buildComponent(entity, subject, topics)]);
  return JSON.stringify({
    dev: buildDevice(subject, version),
    o: { name: 'LanLedger', sw: version },
    avty_t: topics.status,
    // Components without a state topic of their own read this one.
    ...(objectId === DAEMON_ID ? {} : { stat_t: topic }),
    qos: 1,
    cmps: Object.fromEntries(components) as object,
  });
}

function buildDevice({ scope, objectId, name, mac, vendor }: Subject, version: string): object {
  const models: Record<Scope, object> = {
    device: {},
    group: { mdl: 'Group' },
    network: { mdl: 'Network' },
    daemon: { mf: 'LanLedger', mdl: 'Daemon', sw: version },
  };
  return {
    ids: [objectId],
    ...(mac === undefined ? {} : { cns: [['mac', mac]] }),
    name,
    ...(vendor === undefined ? {} : { mf: vendor }),
    ...models[scope],
    ...(scope === 'daemon' ? {} : { via_device: DAEMON_ID }),
  };
}

function buildComponent(entity: Entity, subject: Subject, topics: Topics): object {
  const { key, platform, name, source, value, command, attributes } = entity;
  const target = templateText(subject.target);
  const stateTopic = source === undefined ? subject.topic : topics[source];
  const isOwn = source === undefined && subject.scope !== 'daemon';
  return defined({
    p: platform,
    uniq_id: `${subject.objectId}_${key}`,
    name,
    def_ent_id: `${platform}.${entityPrefix(subject)}_${key}`,
    stat_t: value === undefined || isOwn ? undefined : stateTopic,
    val_tpl: typeof value === 'function' ? value(target) : value,
    lrst_val_tpl: entity.lastReset,
    json_attr_t: attributes === undefined ? undefined : stateTopic,
    json_attr_tpl: attributes,
    cmd_t: command === undefined ? undefined : topics.request(command.name),
    [platform === 'button' ? 'pl_prs' : 'cmd_tpl']: command?.input(target),
    dev_cla: entity.deviceClass,
    unit_of_meas: entity.unit,
    stat_cla: entity.stateClass,
    ent_cat: entity.category,
    ic: entity.icon,
    en: entity.off?.includes(subject.scope) === true ? false : undefined,
    ...entity.more,
  });
}

function defined(settings: Record<string, unknown>): object {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** A JSON string that no template takes for a part of itself. */
function templateText(text: string): string {
  return JSON.stringify(text).replaceAll('{', '\\u007b').replaceAll('}', '\\u007d');
}

/** What entity ids begin with when Home Assistant meets an entity for the first time. */
function entityPrefix({ scope, objectId, name }: Subject): string {
  if (scope === 'daemon') return 'lanledger';
  if (scope === 'network') return objectId;
  return entityIdPart(name) || entityIdPart(objectId);
}

/** Lower-case letters, digits and single underscores; empty where a name has none of them. */
function entityIdPart(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '');
}
