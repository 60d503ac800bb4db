import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

interface Message {
  topic: string;
  text: string;
  retain: boolean;
}

export interface Listener {
  /** The last message of each topic, as it came. */
  messages: Map<string, { text: string; retain: boolean }>;
  close(): Promise<void>;
}

/** Subscribes to a broker on the loopback interface of a namespace. */
export async function listenToMqtt(namespace: string, filter: string): Promise<Listener> {
  const program = join(import.meta.dirname, 'mqtt-listener.js');
  const command = [process.execPath, program, 'mqtt://127.0.0.1:1883', filter];
  const child = spawn('ip', ['netns', 'exec', namespace, ...command], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const messages: Listener['messages'] = new Map();
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the listener ended with ${code}`)));
    child.on('message', ({ topic, text, retain }: Message) => {
      if (topic === '') resolve();
      else messages.set(topic, { text, retain });
    });
  });
  return {
    messages,
    async close() {
      if (child.exitCode !== null) return;
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
}
