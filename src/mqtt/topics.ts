import { AppError } from '../base/errors.ts';

/** Names of the topics below one base topic. All of them carry retained messages. */
export interface Topics {
  /** `online` or `offline`. */
  status: string;
  devices: string;
  network: string;
  /** The topic of one device, or undefined where the id cannot be one topic level. */
  device(id: string): string | undefined;
}

/** Separators and wildcards (MQTT 3.1.1 section 4.7), and characters a broker may refuse (section 1.5.3). */
const notInLevel = /[/+#\p{Cc}\p{Cs}]/u;
const notInTopic = /[+#\p{Cc}\p{Cs}]/u;
const longestBaseTopic = 200;

/** Throws `CONFIG_INVALID` where `mqtt.baseTopic` cannot be the beginning of a topic. */
export function createTopics(baseTopic: string): Topics {
  const reason = faultOf(baseTopic);
  if (reason !== undefined) {
    throw new AppError(
      'CONFIG_INVALID',
      `mqtt.baseTopic is ${JSON.stringify(baseTopic)}, but ${reason}; use a name such as lanledger.`,
    );
  }
  return {
    status: `${baseTopic}/status`,
    devices: `${baseTopic}/devices`,
    network: `${baseTopic}/network`,
    device: (id) => (id === '' || notInLevel.test(id) ? undefined : `${baseTopic}/device/${id}`),
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
