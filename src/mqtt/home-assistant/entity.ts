/** What a document describes: a device, a group, the whole network, or this program. */
export type Scope = 'device' | 'group' | 'network' | 'daemon';

export type Platform =
  'sensor' | 'binary_sensor' | 'device_tracker' | 'text' | 'number' | 'button' | 'event';

/** One entity in Home Assistant. Templates are Jinja over our JSON. */
export interface Entity {
  /** Part of unique ids and entity ids: never changes, and never changes its platform. */
  key: string;
  platform: Platform;
  scopes: readonly Scope[];
  /** Follows the name of the device. */
  name: string;
  /** Scopes in which it is off until the user turns it on, so that the recorder stays small. */
  off?: readonly Scope[];
  category?: 'config' | 'diagnostic';
  deviceClass?: string;
  unit?: string;
  stateClass?: 'measurement' | 'total' | 'total_increasing';
  icon?: string;
  /** Whose state it reads: the scope's own, or another topic. */
  source?: 'info' | 'limits' | 'event';
  value?: string | ((target: string) => string);
  /** When the counter of a `total` began, an ISO 8601 time. */
  lastReset?: string;
  /** JSON object with further attributes, from the same topic. */
  attributes?: string;
  command?: Command;
  /** Further keys of the platform. */
  more?: Readonly<Record<string, unknown>>;
}

interface Command {
  /** Name of the command that is requested. */
  name: string;
  /** The JSON of the request: a template with `value`, or for a button the payload. `target`: a JSON string. */
  input: (target: string) => string;
}
