import { EventEmitter, once } from 'node:events';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { onTestFinished } from 'vitest';

/** What the package with the nodes has: Node-RED and its test helper. */
const load = createRequire(resolve('nodes/package.json'));

interface RuntimeNode extends EventEmitter {
  id: string;
  receive(message: object): void;
  status: { args: [Badge][] };
  error: { args: unknown[][] };
  warn: { args: unknown[][] };
  connection?: {
    targets: ReadonlyMap<string, unknown>;
    on(event: 'target', listener: () => void): () => void;
  };
}

interface Badge {
  fill?: string;
  shape?: string;
  text?: string;
}

interface Runtime {
  init(runtime: string): void;
  settings(settings: object): void;
  startServer(): Promise<void>;
  stopServer(): Promise<void>;
  load(nodes: unknown[], flow: object[], credentials: object): Promise<void>;
  setFlows(flow: object[], type: string, credentials?: object): Promise<void>;
  unload(): Promise<void>;
  getNode(id: string): RuntimeNode;
  request(): { get(path: string): Promise<{ status: number; body: unknown }> };
}

/** Parts of Node-RED, which is no TypeScript. */
const runtime = load('node-red-node-test-helper') as Runtime;
runtime.init(load.resolve('node-red'));
runtime.settings({ mqttReconnectTime: 50 });

interface SinkApi {
  nodes: {
    createNode(node: object, config: object): void;
    registerType(type: string, create: (this: EventEmitter, config: FlowNode) => void): void;
  };
}

/** What came out of the node under test, by sink. */
const inbox = new Map<string, Received[]>();
const news = new EventEmitter().setMaxListeners(0);

function registerSink(red: SinkApi): void {
  red.nodes.registerType('sink', function create(config) {
    red.nodes.createNode(this, config);
    this.on('input', (message: Received) => {
      inbox.set(config.id, [...(inbox.get(config.id) ?? []), message]);
      news.emit('message');
    });
  });
}

const kinds = ['server', 'usage', 'devices', 'history', 'rename', 'limit', 'rate', 'event'];
/** As they are built: what is tested is what is published. */
const nodes: unknown[] = [
  registerSink,
  load('@node-red/nodes/core/network/10-mqtt.js'),
  ...kinds.map((kind) => load(`./dist/${kind}/lanledger-${kind}.js`) as unknown),
];

interface FlowNode {
  id: string;
  type: string;
  [property: string]: unknown;
}

export type Received = Record<string, unknown> & { payload: unknown; topic?: unknown };

/** A running flow. Every output of the node `node` leads to a sink: `out`, `out2`, `out3`; errors lead to `caught`. */
export interface Flow {
  /** Waits for so many messages of a sink; all that came. */
  count(sink: string, number: number): Promise<Received[]>;
  /** Waits for a message that fulfils this. */
  until(sink: string, wanted: (message: Received) => boolean): Promise<Received>;
  /** What came so far. */
  received(sink: string): readonly Received[];
  /** Sends a message to `node`. */
  send(message: object): void;
  /** Sends a message and waits for the next one of a sink. */
  ask(message: object, sink?: string): Promise<Received>;
  /** Waits until the badge of `node` fulfils this. */
  badge(wanted: (badge: Badge) => boolean): Promise<Badge>;
  hasBroker: boolean;
  /** Waits until the server knows this device, group or network. */
  knows(target: string): Promise<void>;
  node(id?: string): RuntimeNode;
  /** Deploys the flow with this changed in some of its nodes. */
  deploy(changes: Record<string, object>, type?: 'full' | 'nodes', token?: string): Promise<void>;
  get(path: string): Promise<{ status: number; body: unknown }>;
}

export interface FlowOptions {
  /** Of a broker on this machine. */
  brokerPort?: number;
  url?: string;
  token?: string;
  timeoutSeconds?: number;
}

/** Runs one node with its server in a real runtime, for one test. */
export async function startFlow(
  node: { type: string; [property: string]: unknown },
  options: FlowOptions = {},
  server: object = {},
): Promise<Flow> {
  let flow = flowOf(node, options).map((each) =>
    each.id === 'server' ? { ...each, ...server } : each,
  );
  const credentials = { server: { token: options.token ?? '' } };
  await runtime.startServer();
  onTestFinished(async () => {
    await runtime.unload();
    await runtime.stopServer();
  });
  inbox.clear();
  const received = (sink: string) => inbox.get(sink) ?? [];
  await runtime.load(nodes, flow, credentials);

  const self: Flow = {
    hasBroker: options.brokerPort !== undefined,
    received,
    async count(sink, number) {
      while (received(sink).length < number) await once(news, 'message');
      return [...received(sink)];
    },
    async until(sink, wanted) {
      for (;;) {
        const found = received(sink).find(wanted);
        if (found !== undefined) return found;
        await once(news, 'message');
      }
    },
    send: (message) => runtime.getNode('node').receive(message),
    async ask(message, sink = 'out') {
      const next = received(sink).length + 1;
      runtime.getNode('node').receive(message);
      return (await self.count(sink, next))[next - 1] as Received;
    },
    async badge(wanted) {
      const { status } = runtime.getNode('node');
      for (;;) {
        const badge = status.args.at(-1)?.[0];
        if (badge !== undefined && wanted(badge)) return badge;
        await once(runtime.getNode('node'), 'call:status');
      }
    },
    async knows(target) {
      const { connection } = runtime.getNode('server');
      while (connection?.targets.has(target) === false) {
        await new Promise<void>((learned) => {
          const end = connection.on('target', () => {
            end();
            learned();
          });
        });
      }
    },
    node: (id = 'node') => runtime.getNode(id),
    async deploy(changes, type = 'nodes', token = options.token ?? '') {
      flow = flow.map((each) => ({ ...each, ...changes[each.id] }));
      await runtime.setFlows(flow, type, { server: { token } });
    },
    get: (path) => runtime.request().get(path),
  };
  return self;
}

function flowOf(node: object, { brokerPort, url = '', timeoutSeconds = 5 }: FlowOptions) {
  const [x, y] = [100, 100];
  const broker = {
    id: 'broker',
    type: 'mqtt-broker',
    broker: '127.0.0.1',
    port: String(brokerPort ?? 0),
    protocolVersion: '4',
    keepalive: '60',
    cleansession: true,
    autoConnect: true,
  };
  const server = {
    id: 'server',
    type: 'lanledger-server',
    broker: brokerPort === undefined ? '' : 'broker',
    baseTopic: 'lanledger',
    url,
    timeoutSeconds,
  };
  const sink = (id: string) => ({ id, type: 'sink', z: 'tab', x, y, wires: [] });
  const tested = { id: 'node', z: 'tab', server: 'server', x, y };
  return [
    { id: 'tab', type: 'tab', label: 'test' },
    ...(brokerPort === undefined ? [] : [broker]),
    server,
    sink('out'),
    sink('out2'),
    sink('out3'),
    sink('caught'),
    { id: 'catch', type: 'catch', z: 'tab', x, y, scope: null, wires: [['caught']] },
    { ...tested, ...node, wires: [['out'], ['out2'], ['out3']] },
  ] as FlowNode[];
}
