import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { AppError, messageOf } from './base/errors.ts';
import { isPart, type ConfigPart } from './config/given-value.ts';
import { loadConfig, type LoadedConfig } from './config/load.ts';
import { setAt } from './config/settings.ts';
import type { SuppliedBroker, Supervisor } from './supervisor.ts';

export interface HomeAssistantAppOptions {
  environment: NodeJS.ProcessEnv;
  /** Where the Supervisor puts what the user chose on the app's page; it is read once. */
  optionsFile?: string;
  supervisor: Supervisor;
  /** How often the Supervisor is asked again. */
  everyMs?: number;
}

/** LanLedger as an app of Home Assistant: where its configuration comes from, and when it changes. */
export interface HomeAssistantApp {
  /** The options of the app over `lanledger.yaml`, and what the Supervisor says. A Supervisor in trouble is only a note. */
  load: () => Promise<LoadedConfig>;
  /** Calls `changed` with what to tell once the Supervisor says something else than at the last `load`. Returns what ends that. */
  watch: (changed: (what: string) => void) => () => void;
}

interface Answers {
  ingressPort?: number;
  /** `null`: Home Assistant has none. */
  broker?: SuppliedBroker | null;
}

/** The keys that the options of the app stand for. */
const keys: Readonly<Record<string, string>> = {
  interfaces: 'capture.interfaces',
  log_level: 'log.level',
  keep_hours_days: 'store.keepHoursDays',
  keep_days_days: 'store.keepDaysDays',
  keep_addresses_days: 'store.keepPeersDays',
  ingress_scope: 'http.ingressScope',
  network_access: 'http.host',
};

const newPort = 'Home Assistant asks for the dashboard on another port';
const newBroker = 'Home Assistant has another MQTT broker, or another password for it';
const noBroker =
  'Home Assistant has no MQTT broker, so it gets no entities: install its app Mosquitto broker, which LanLedger then finds within a minute.';

/** Throws `CONFIG_UNREADABLE` or `CONFIG_INVALID` where the options cannot be taken up. */
export function createHomeAssistantApp({
  environment,
  optionsFile = '/data/options.json',
  supervisor,
  everyMs = 60_000,
}: HomeAssistantAppOptions): HomeAssistantApp {
  const { chosen, notes: notesOnOptions } = takeOptions(readOptions(optionsFile));
  const sources = { environment, origin: 'Home Assistant' };
  /** What the configuration was made of. */
  let used: Answers = {};

  /** A part that the Supervisor does not tell at the moment stays as it was. */
  async function ask(): Promise<{ answers: Answers; notes: string[] }> {
    const [ingressPort, broker] = await Promise.allSettled([
      supervisor.ingressPort(),
      supervisor.broker(),
    ]);
    const answers = { ...used };
    if (ingressPort.status === 'fulfilled') answers.ingressPort = ingressPort.value;
    if (broker.status === 'fulfilled') answers.broker = broker.value ?? null;
    const failed = [ingressPort, broker].filter(({ status }) => status === 'rejected');
    return { answers, notes: failed.map((each) => troubleOf(each as PromiseRejectedResult)) };
  }

  return {
    async load() {
      const base = await loadConfig({ ...sources, commandLine: chosen });
      const { answers, notes } = await ask();
      used = answers;
      const ownBroker = base.config.mqtt.url !== '';
      const commandLine = structuredClone(chosen);
      if (!base.origins.has('http.host')) setAt(commandLine, ['http', 'host'], '127.0.0.1');
      setAt(commandLine, ['http', 'ingressPort'], answers.ingressPort ?? 0);
      if (!ownBroker) setBroker(commandLine, answers.broker);
      const loaded = await loadConfig({ ...sources, commandLine });
      if (!ownBroker && answers.broker === null) notes.push(noBroker);
      return { ...loaded, notes: [...loaded.notes, ...notesOnOptions, ...new Set(notes)] };
    },

    watch(changed) {
      let isStopped = false;
      const timer = setInterval(() => void look(), everyMs);
      function stop(): void {
        isStopped = true;
        clearInterval(timer);
      }
      async function look(): Promise<void> {
        const { answers } = await ask();
        if (isStopped || isDeepStrictEqual(answers, used)) return;
        stop();
        changed(isDeepStrictEqual(answers.broker, used.broker) ? newPort : newBroker);
      }
      return stop;
    },
  };
}

/** Without a broker, LanLedger's own stands aside: the usual port is that of a broker which may be installed later. */
function setBroker(part: ConfigPart, broker: SuppliedBroker | null | undefined): void {
  if (broker === undefined || broker === null) {
    setAt(part, ['mqtt', 'embedded', 'port'], 0);
    return;
  }
  const { host, port, username = '', password = '', ssl = false } = broker;
  const name = host.includes(':') ? `[${host}]` : host;
  setAt(part, ['mqtt', 'url'], `${ssl ? 'mqtts' : 'mqtt'}://${name}:${port}`);
  setAt(part, ['mqtt', 'username'], username);
  setAt(part, ['mqtt', 'password'], password);
}

function troubleOf({ reason }: PromiseRejectedResult): string {
  return `${messageOf(reason)} LanLedger meters all the same and asks again every minute; restart the app if that lasts.`;
}

function readOptions(path: string): Record<string, unknown> {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new AppError(
      'CONFIG_UNREADABLE',
      `The options of the app cannot be read from ${path} (${messageOf(error)}): "lanledger home-assistant" is for the app of Home Assistant; elsewhere it is "lanledger run".`,
      { cause: error },
    );
  }
  if (isPart(content)) return content;
  throw new AppError('CONFIG_INVALID', `${path} must hold the options of the app as an object.`);
}

/** An empty option says nothing, so `lanledger.yaml` does. */
function takeOptions(options: Record<string, unknown>): { chosen: ConfigPart; notes: string[] } {
  const chosen: ConfigPart = {};
  const notes: string[] = [];
  for (const [name, value] of Object.entries(options)) {
    const key = keys[name];
    const isEmpty = value === null || value === '' || (Array.isArray(value) && value.length === 0);
    if (key === undefined) notes.push(`The app has no option ${name}: it is passed over.`);
    else if (!isEmpty)
      setAt(chosen, key.split('.'), name === 'network_access' ? hostOf(value) : value);
  }
  return { chosen, notes };
}

function hostOf(isOpen: unknown): unknown {
  if (typeof isOpen !== 'boolean') return isOpen;
  return isOpen ? '*' : '127.0.0.1';
}
