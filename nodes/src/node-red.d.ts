/** What these nodes use of Node-RED's runtime: the same in 3.1, 4.1 and 5.0. */

import type { EventEmitter } from 'node:events';

/** A message of a flow. */
export interface Message {
  [property: string]: unknown;
  topic?: unknown;
  payload?: unknown;
}

/** The dot below a node. `text` is a text or the id of one in a catalogue. */
export interface Badge {
  fill?: 'red' | 'green' | 'yellow' | 'blue' | 'grey';
  shape?: 'ring' | 'dot';
  text?: string;
}

/** One message, or one for each output. */
export type Sent = Message | (Message | null)[];

export type Send = (sent: Sent) => void;

export type Done = (error?: Error) => void;

export interface RedNode extends EventEmitter {
  id: string;
  name?: string;
  status(badge: Badge): void;
  send(sent: Sent): void;
  error(error: unknown, message?: Message): void;
  log(text: string): void;
  warn(text: string): void;
  context(): Context;
  /** Promises of listeners must not reject: that would end Node-RED. */
  on(
    event: 'input',
    listener: (this: RedNode, message: Message, send: Send, done: Done) => void | Promise<void>,
  ): this;
  on(event: 'close', listener: (removed: boolean, done: () => void) => void | Promise<void>): this;
}

/** Calls back with what a store on disk answers. */
export interface Context {
  get(key: string, callback: (error: Error | null, value?: unknown) => void): void;
  set(key: string, value: unknown, callback: (error?: Error | null) => void): void;
}

/** What the editor saved of a node. */
export interface NodeConfig {
  id: string;
  type: string;
  name?: string;
}

/** Node-RED's own `mqtt-broker` config node. */
export interface BrokerNode {
  connected: boolean;
  register(user: BrokerUser): void;
  deregister(user: BrokerUser, done: () => void, disconnect: boolean): void;
  subscribe(
    filter: string,
    options: { qos: number },
    callback: (topic: string, payload: Uint8Array) => void,
    reference: string,
  ): void;
  unsubscribe(filter: string, reference: string, remove: boolean): void;
  publish(
    message: { topic: string; payload: string; qos: number; retain: boolean },
    done?: (error?: unknown) => void,
  ): void;
}

/** Whom a broker node tells how its connection stands. */
export interface BrokerUser {
  id: string;
  status(badge: Badge): void;
}

interface WebRequest {
  params: Record<string, string | undefined>;
}

interface WebResponse {
  status(code: number): WebResponse;
  json(body: unknown): void;
}

type Handler = (request: WebRequest, response: WebResponse, next: () => void) => void;

export interface Red {
  nodes: {
    createNode(node: RedNode, config: NodeConfig): void;
    getNode(id: string): unknown;
    registerType(
      type: string,
      constructor: (this: RedNode, config: never) => void,
      options?: { credentials?: Record<string, { type: 'text' | 'password' }> },
    ): void;
  };
  util: {
    evaluateNodeProperty(
      value: string,
      type: string,
      node: RedNode,
      message: Message,
      callback: (error: Error | null, value?: unknown) => void,
    ): void;
  };
  auth: { needsPermission(permission: string): Handler };
  httpAdmin: {
    get(path: string, ...handlers: Handler[]): void;
  };
}
