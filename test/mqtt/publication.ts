import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { afterEach, expect } from 'vitest';
import { systemClock, type Clock } from '../../src/base/clock.ts';
import type { Log } from '../../src/base/log.ts';
import type { Config } from '../../src/config/config.ts';
import type { CommandAnswer } from '../../src/model/command.ts';
import type { LedgerEvent } from '../../src/model/event.ts';
import type { Report } from '../../src/model/report.ts';
import { createPublisher } from '../../src/mqtt/publisher.ts';
import type { Timing } from '../../src/mqtt/timing.ts';
import type { WatchedMessage } from '../support/watcher.ts';
import { laptop, sampleAt, sampleReport } from '../support/sample-report.ts';

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** Ends the part after the test, before the parts it depends on. */
export function later<Part extends { stop(): Promise<void> } | { close(): Promise<void> }>(
  part: Part,
): Part {
  cleanups.push(() => ('stop' in part ? part.stop() : part.close()));
  return part;
}

export interface RecordedLog extends Log {
  lines: string[];
  /** Resolves when a line that contains the text is there. */
  until(text: string): Promise<void>;
}

export function recordLog(): RecordedLog {
  const lines: string[] = [];
  const recorder = new EventEmitter();
  const write = (level: string) => (sentence: string, about?: object) => {
    lines.push(`${level}: ${sentence}${about === undefined ? '' : ` ${JSON.stringify(about)}`}`);
    recorder.emit('line');
  };
  return {
    lines,
    async until(text) {
      while (!lines.some((line) => line.includes(text))) await once(recorder, 'line');
    },
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
}

const quickTiming: Timing = {
  firstRetryMs: 5,
  longestRetryMs: 20,
  firstRefusedRetryMs: 5,
  longestRefusedRetryMs: 20,
  connectMs: 5_000,
  keepaliveSeconds: 30,
  acknowledgeMs: 30_000,
  willDelaySeconds: 0,
  orphansMs: 250,
  documentPauseMs: 60,
  birthMs: 20,
  stopMs: 3_000,
};

export const plainConfig: Config['mqtt'] = {
  url: '',
  username: '',
  password: '',
  passwordFile: '',
  baseTopic: 'lanledger',
  intervalSeconds: 10,
  tls: { caFile: '', certificateFile: '', keyFile: '', serverName: '', verify: true },
  embedded: { host: '127.0.0.1', port: 0, username: '', password: '' },
};

/** Without discovery, and with every byte told. */
const plainHomeAssistant: Config['homeAssistant'] = {
  discovery: false,
  discoveryPrefix: 'homeassistant',
  connections: true,
  maximumDevices: 100,
  include: [],
  exclude: [],
  minimumChangeBytes: 0,
};

export interface PublicationOptions {
  config?: Partial<Config['mqtt']>;
  homeAssistant?: Partial<Config['homeAssistant']>;
  timing?: Partial<Timing>;
  clock?: Clock;
  execute?: (command: string, input: unknown) => CommandAnswer;
}

/** A publisher for the broker at that loopback port; 0: its own broker. */
export function publisherFor(port: number, options: PublicationOptions = {}) {
  const log = recordLog();
  const now = { report: sampleReport() };
  const commands: [command: string, input: unknown][] = [];
  const config = {
    ...plainConfig,
    url: port === 0 ? '' : `mqtt://127.0.0.1:${port}`,
    ...options.config,
  };
  const homeAssistant = { ...plainHomeAssistant, ...options.homeAssistant };
  const publisher = later(
    createPublisher({
      config,
      homeAssistant,
      host: 'test',
      report: () => now.report,
      info: () => ({ version: '0.1.0', timeZone: 'Europe/Berlin' }),
      execute(command, input) {
        commands.push([command, input]);
        return options.execute?.(command, input) ?? { status: 'ok', data: { command } };
      },
      log,
      clock: options.clock ?? systemClock,
      timing: { ...quickTiming, ...options.timing },
    }),
  );
  /** The report is this from here on; nothing is published yet. */
  const prepare = (report: Report): void => {
    now.report = report;
  };
  const show = (report: Report): void => {
    prepare(report);
    publisher.publish();
  };
  return { publisher, prepare, show, log, lines: log.lines, commands, config, homeAssistant };
}

export const laptopTopic = 'lanledger/device/020000000101';
export const lastTopic = 'lanledger/device/ip:2001:db8::1';
export const allTopics = [
  'lanledger/device/020000000101',
  'lanledger/device/aabbccddeeff',
  'lanledger/device/ip:2001:db8::1',
  'lanledger/devices',
  'lanledger/health',
  'lanledger/info',
  'lanledger/limits',
  'lanledger/network',
  'lanledger/status',
];

export const withName = (name: string): Report =>
  sampleReport({ devices: [{ ...laptop, name }, ...sampleReport().devices.slice(1)] });

export const named = (name: string) => (payload: string) =>
  payload !== '' && (JSON.parse(payload) as { name: string }).name === name;

export const eventOf = (id: number): LedgerEvent => ({
  id,
  at: sampleAt,
  type: 'device-online',
  device: laptop.id,
  message: `Laptop came online (${id}).`,
  acknowledged: true,
});

const schemas = new Ajv2020({ strict: true, allowUnionTypes: true });
for (const room of ['model', 'mqtt']) {
  const text = readFileSync(new URL(`../../src/${room}/schemas.json`, import.meta.url), 'utf8');
  schemas.addSchema(JSON.parse(text) as object, `file:///${room}/schemas.json`);
}

/** Which schema describes the payload of a topic, by the path below the base topic. */
const schemaOf: [topic: RegExp, name: string][] = [
  [/^status$/, 'Status'],
  [/^info$/, 'Info'],
  [/^health$/, 'Health'],
  [/^network$/, 'Network'],
  [/^devices$/, 'Devices'],
  [/^limits$/, 'Limits'],
  [/^group\/[^/]+$/, 'Group'],
  [/^device\/[^/]+$/, 'Device'],
  [/^dismissed$/, 'Dismissed'],
  [/^event$/, 'Event'],
  [/^response\/.+$/, 'Response'],
];

/** Every message below `lanledger/`, besides requests and cleared topics, is as its schema says. */
export function expectSound(messages: readonly WatchedMessage[]): void {
  for (const { topic, payload } of messages) {
    if (!topic.startsWith('lanledger/') || topic.startsWith('lanledger/request/')) continue;
    if (payload === '') continue;
    const path = topic.slice('lanledger/'.length);
    const name = schemaOf.find(([pattern]) => pattern.test(path))?.[1];
    expect(name, `${topic} has a schema`).toBeDefined();
    const validate = schemas.getSchema(
      `file:///mqtt/schemas.json#/$defs/${name}`,
    ) as ValidateFunction;
    const value: unknown = name === 'Status' ? payload : JSON.parse(payload);
    void validate(value);
    expect([topic, validate.errors ?? []]).toEqual([topic, []]);
  }
}
