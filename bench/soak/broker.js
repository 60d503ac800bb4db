/** Mosquitto, and what it has retained. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from 'mqtt';
import { usageFields } from '../usage.js';
import { findProgram, startProgram, stopProgram, waitUntil } from '../processes.js';
import { BROKER_PORT } from './daemon.js';

const URL = `mqtt://127.0.0.1:${BROKER_PORT}`;
const START_MS = 10_000;
const CONNECT_MS = 5000;
/** Of the daemon's retries, and of two of its publications. */
const PATIENCE_MS = 60_000;
const POLL_MS = 1000;
const deviceTopic = /^lanledger\/device\/([^/]+)$/;

export class Broker {
  /** Messages that came to the subscriber, which is there all the time. */
  received = 0;
  /** Retained messages that were compared with the ledger. */
  checked = 0;
  /** @type {import('../processes.js').Program | undefined} */
  current;

  /** @param {string} directory */
  constructor(directory) {
    this.configuration = join(directory, 'mosquitto.conf');
    const lines = [
      `listener ${BROKER_PORT} 127.0.0.1`,
      'allow_anonymous true',
      'persistence false',
    ];
    writeFileSync(this.configuration, `${[...lines, 'log_dest stderr', 'user root'].join('\n')}\n`);
  }

  async start() {
    const program = findProgram('mosquitto');
    if (program === undefined) throw new Error('mosquitto is not installed.');
    const started = startProgram([program, '-c', this.configuration]);
    this.current = started;
    if (!(await waitUntil(started, () => started.output().includes('running'), START_MS))) {
      throw new Error(`Mosquitto did not start:\n${started.output()}`);
    }
  }

  /** @param {'SIGTERM' | 'SIGKILL'} signal */
  async stop(signal) {
    if (this.current !== undefined) await stopProgram(this.current, signal);
    this.current = undefined;
  }

  /** Stays, whatever happens to the broker. */
  subscribe() {
    this.subscriber = connect(URL, { reconnectPeriod: 500 });
    this.subscriber.on('error', () => {});
    this.subscriber.on('message', () => void this.received++);
    this.subscriber.subscribe('lanledger/#', { qos: 1 });
  }

  unsubscribe() {
    this.subscriber?.end(true);
  }

  /**
   * Waits until the retained states of these devices say what the ledger says; answers what differs in the end.
   *
   * @param {() => Promise<import('./traffic.js').Truth>} totals
   * @param {readonly string[]} ids
   */
  async differsFrom(totals, ids) {
    let wrong = ['nothing came'];
    for (let waited = 0; waited < PATIENCE_MS && wrong.length > 0; waited += POLL_MS) {
      if (waited > 0) await delay(POLL_MS);
      try {
        const [retained, ledger] = [await readRetained(), await totals()];
        wrong = ids.flatMap((id) => differenceOf(id, retained.devices.get(id), ledger[id]));
        if (retained.status !== 'online') wrong.push(`the status is ${retained.status}`);
        if (wrong.length === 0) this.checked += retained.messages;
      } catch (error) {
        wrong = [String(error)];
      }
    }
    return wrong;
  }
}

/** @param {string} id @param {any} state @param {import('../usage.js').Usage | undefined} usage */
function differenceOf(id, state, usage) {
  if (usage === undefined)
    return state === undefined ? [] : [`${id} is retained, but not in the ledger`];
  if (state === undefined) return [`${id} is not retained`];
  const wrong = usageFields.filter((field) => state.total[field] !== usage[field]);
  return wrong.map((field) => `${id}: ${field} ${state.total[field]} instead of ${usage[field]}`);
}

/** What a subscriber gets that comes now. */
async function readRetained() {
  const client = connect(URL, { reconnectPeriod: 0, connectTimeout: CONNECT_MS });
  const end = `soak/${Date.now()}`;
  /** @type {Map<string, any>} */
  const devices = new Map();
  let [messages, status] = [0, ''];
  try {
    await new Promise((resolve, reject) => {
      client.on('error', reject);
      client.once('close', () => reject(new Error('the broker ended the connection')));
      client.on('message', (topic, payload, { retain }) => {
        if (topic === end) return resolve(undefined);
        if (!retain) return;
        messages++;
        const id = deviceTopic.exec(topic)?.[1];
        if (id !== undefined) devices.set(id, JSON.parse(String(payload)));
        if (topic === 'lanledger/status') status = String(payload);
      });
      // Brokers send what is retained before what comes after the subscription.
      client.subscribe(['lanledger/#', 'homeassistant/#', end], { qos: 1 }, () =>
        client.publish(end, '', { qos: 1 }),
      );
    });
  } finally {
    client.end(true);
  }
  return { devices, messages, status };
}
