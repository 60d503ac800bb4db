import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { noonZone } from '../support/zones.ts';

/** The program under test; `LAB_MAIN` points to another build of it. */
const MAIN = resolve(process.env['LAB_MAIN'] ?? 'dist/main.js');

/** The daemon with its made-up household, whose devices load something each second. */
export interface Demo {
  url: string;
  brokerPort: number;
  command<T>(name: string, input?: object): Promise<T>;
  /** Of the device with this name. */
  idOf(name: string): Promise<string>;
  stop(): Promise<void>;
}

export async function startDemo(): Promise<Demo> {
  const child = spawn(process.execPath, [MAIN, 'demo', '--port', '0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, LANLEDGER_LOG_FORMAT: 'text', TZ: noonZone },
  });
  const lines: string[] = [];
  let [url, brokerPort, isConnected] = ['', 0, false];
  await new Promise<void>((ready, failed) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      lines.push(line);
      url = /Open (http:\S+?)\/? /.exec(line)?.[1] ?? url;
      brokerPort = Number(/serves at mqtt:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1] ?? brokerPort);
      isConnected ||= line.includes('Connected to the MQTT broker');
      if (isConnected && url !== '') ready();
    });
    child.once('close', () => failed(new Error(`the demo ended:\n${lines.join('\n')}`)));
  });
  const self: Demo = {
    url,
    brokerPort,
    async command<T>(name: string, input: object = {}) {
      const response = await fetch(`${url}/api/v1/commands`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ command: name, input }),
      });
      if (!response.ok) throw new Error(`${name}: ${await response.text()}`);
      return (await response.json()) as T;
    },
    async idOf(name) {
      const { devices } = await self.command<DeviceList>('devices');
      const found = devices.find((each) => each.name === name);
      if (found === undefined) throw new Error(`no device is called ${name}`);
      return found.id;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'close');
      child.kill('SIGTERM');
      await gone;
    },
  };
  return self;
}

interface DeviceList {
  devices: { id: string; name: string }[];
}
