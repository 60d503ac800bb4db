import { AppError } from '../base/errors.ts';

/** Names of the topics below one base topic. */
export interface Topics {
  /** `online` or `offline`, retained, and the will. */
  status: string;
  /** Retained: version and configuration. */
  info: string;
  /** Retained: what needs attention. */
  health: string;
  /** Retained: the list of devices. */
  devices: string;
  /** Retained: the sums of all devices. */
  network: string;
  /** Retained: the list of limits and how they stand. */
  limits: string;
  /** Something that happened; not retained. */
  event: string;
  /** Retained: what Home Assistant's user removed there. */
  dismissed: string;
  /** Retained: one device; undefined where the id cannot be one topic level. */
  device(id: string): string | undefined;
  /** Retained: one group; undefined where the id cannot be one topic level. */
  group(id: string): string | undefined;
  /** Filters for the topics of all devices and groups. */
  members: readonly string[];
  /** The topic of a device or a group. */
  isMember(topic: string): boolean;
  /** Filter for everything people ask for. */
  requests: string;
  /** The command in the topic of a request (`device/rename`), or undefined where it is none. */
  command(topic: string): string | undefined;
  /** Where a command is asked for. */
  request(command: string): string;
  /** Where a request without a response topic is answered. */
  response(command: string): string;
  /** Whether a response topic of somebody's choice may be published to: a legal topic that is none of our own states. */
  mayAnswerTo(topic: string): boolean;
}

/** Separators and wildcards (MQTT 3.1.1 section 4.7), and characters a broker may refuse (section 1.5.3). */
const notInLevel = /[/+#\p{Cc}\p{Cs}]/u;
const notInTopic = /[+#\p{Cc}\p{Cs}]/u;
const longestBaseTopic = 200;
const longestCommand = 100;
const longestResponseTopic = 1024;

/** Throws `CONFIG_INVALID` where `mqtt.baseTopic` cannot be the beginning of a topic. */
export function createTopics(baseTopic: string): Topics {
  const reason = faultOf(baseTopic);
  if (reason !== undefined) {
    throw new AppError(
      'CONFIG_INVALID',
      `mqtt.baseTopic is ${JSON.stringify(baseTopic)}, but ${reason}; use a name such as lanledger.`,
    );
  }
  const [devicePrefix, groupPrefix, requestPrefix, responsePrefix] = [
    'device',
    'group',
    'request',
    'response',
  ].map((part) => `${baseTopic}/${part}/`) as [string, string, string, string];
  return {
    status: `${baseTopic}/status`,
    info: `${baseTopic}/info`,
    health: `${baseTopic}/health`,
    devices: `${baseTopic}/devices`,
    network: `${baseTopic}/network`,
    limits: `${baseTopic}/limits`,
    event: `${baseTopic}/event`,
    dismissed: `${baseTopic}/dismissed`,
    device: (id) => (id === '' || notInLevel.test(id) ? undefined : devicePrefix + id),
    group: (id) => (id === '' || notInLevel.test(id) ? undefined : groupPrefix + id),
    members: [`${devicePrefix}+`, `${groupPrefix}+`],
    isMember: (topic) => topic.startsWith(devicePrefix) || topic.startsWith(groupPrefix),
    requests: `${requestPrefix}#`,
    command(topic) {
      const command = topic.startsWith(requestPrefix) ? topic.slice(requestPrefix.length) : '';
      const isOne = command !== '' && command.length <= longestCommand && !notInTopic.test(command);
      return isOne ? command : undefined;
    },
    request: (command) => requestPrefix + command,
    response: (command) => responsePrefix + command,
    mayAnswerTo(topic) {
      if (topic === '' || topic.length > longestResponseTopic) return false;
      if (notInTopic.test(topic) || topic.startsWith('$')) return false;
      const isOurs = topic === baseTopic || topic.startsWith(`${baseTopic}/`);
      return !isOurs || topic.startsWith(responsePrefix);
    },
  };
}

function faultOf(baseTopic: string): string | undefined {
  if (baseTopic === '') return 'it may not be empty';
  if (baseTopic.length > longestBaseTopic) {
    return `it may have at most ${longestBaseTopic} characters`;
  }
  if (notInTopic.test(baseTopic)) return 'it may not contain +, # or control characters';
  if (baseTopic.startsWith('/') || baseTopic.endsWith('/')) {
    return 'it may not start or end with a slash';
  }
  if (baseTopic.startsWith('$')) return 'topics that start with $ belong to the broker';
  return undefined;
}
