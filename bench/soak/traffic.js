/** The sender of the soak, as the soak sees it. */
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { execPath } from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('sender.js', import.meta.url));

/** @typedef {Record<string, import('../usage.js').Usage>} Truth by device id */

/**
 * @typedef {object} Traffic
 * @property {() => Promise<void>} go
 * @property {() => Promise<void>} pause
 * @property {(device: number) => Promise<void>} burst packets of one device to many remote addresses
 * @property {(at?: number) => Promise<Truth>} truth what was sent up to this moment (epoch ms), or until now
 * @property {() => void} stop
 */

/**
 * @param {string} namespace of the sender
 * @param {{ rate: number, seed: number }} plan
 * @returns {Promise<Traffic>}
 */
export async function startTraffic(namespace, { rate, seed }) {
  const options = ['--rate', String(rate), '--seed', String(seed)];
  const command = ['netns', 'exec', namespace, execPath, program, ...options];
  const child = spawn('ip', command, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  /** One at a time. @type {Promise<unknown>} */
  let turn = once(lines, 'line');
  const ask = (/** @type {string} */ line) => {
    const answer = turn.then(async () => {
      const next = once(lines, 'line');
      child.stdin.write(`${line}\n`);
      const [text] = await next;
      return JSON.parse(text);
    });
    turn = answer;
    return answer;
  };
  await turn;
  return {
    go: () => ask('go'),
    pause: () => ask('pause'),
    burst: (device) => ask(`burst ${device}`),
    truth: (at) => ask(at === undefined ? 'truth' : `truth ${at}`),
    stop: () => void child.kill(),
  };
}
