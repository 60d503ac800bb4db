/** What can happen that people want to hear of. */
export const eventTypes = [
  'daemon-started',
  'device-new',
  'device-online',
  'device-offline',
  'device-changed',
  'device-merged',
  'device-split',
  'device-forgotten',
  'peer-renamed',
  'interface-down',
  'interface-up',
  'frames-dropped',
  'clock-set',
  'checkpoint-failed',
  'checkpoint-recovered',
  'configuration-changed',
  'group-changed',
  'limit-changed',
  'limit-warning',
  'limit-exceeded',
  'period-closed',
] as const;
export type EventType = (typeof eventTypes)[number];

/**
 * What a person should look at: a stranger came, much was used, or the ledger may lack something. These wait to be
 * acknowledged; all others tell of what the user did, or of what comes and goes by itself.
 */
export const attentionTypes: ReadonlySet<EventType> = new Set<EventType>([
  'device-new',
  'limit-warning',
  'limit-exceeded',
  'frames-dropped',
  'interface-down',
  'checkpoint-failed',
  'clock-set',
]);

/** Something that happened. Events are kept in the ledger, told over MQTT and on the live stream. */
export interface LedgerEvent {
  /** 1, 2, 3, ... in the order they happened. */
  id: number;
  /** Epoch ms. */
  at: number;
  type: EventType;
  /** Id of the device it is about. */
  device?: string;
  /** Id of the group it is about. */
  group?: string;
  /** Key of the limit it is about (`model/limit.ts`). */
  limit?: string;
  /** One sentence for people. */
  message: string;
  /** Somebody has seen it, or nobody needs to (`attentionTypes`). */
  acknowledged: boolean;
}
