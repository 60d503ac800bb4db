import { connectAsync } from 'mqtt';
import { onTestFinished } from 'vitest';
import { createAccess } from '../../src/http/access.ts';
import { createLive } from '../../src/http/routes/live.ts';
import { createUsage } from '../../src/http/routes/usage.ts';
import { createServer } from '../../src/http/server.ts';
import { addToken, listTokens, openTokens } from '../../src/http/tokens.ts';
import type { Report } from '../../src/model/report.ts';
import { createPublisher } from '../../src/mqtt/publisher.ts';
import { aedesBroker, type TestBroker } from '../support/broker.ts';
import { ControlledDaemon } from '../support/control.ts';
import { recordingLog, tokensOptions } from '../http/access-server.ts';

export const phone = '020000007701';
export const tablet = '020000007702';

const HOUR_MS = 3_600_000;

/** A daemon with a real ledger, a real broker and a real HTTP server, whose clock and traffic the test decides. */
export class ServedDaemon extends ControlledDaemon {
  readonly lines: string[] = [];
  /** Bytes per second by device; the network's is their sum. */
  readonly rates = new Map<string, { download: number; upload: number }>();
  readonly tokens;
  private broker: TestBroker | undefined;
  private publisher: ReturnType<typeof createPublisher> | undefined;
  private readonly access;
  private readonly live;
  private readonly server;
  port = 0;

  constructor(at = '2026-11-20T09:00:00Z') {
    super(undefined, at);
    const tokens = { ...tokensOptions(), clock: this.clock };
    const opened = openTokens(tokens);
    addToken(tokens, { name: 'reader', scope: 'read' });
    this.clock.pass(1_000);
    const config = { ...this.config.http, host: '127.0.0.1', port: 0 };
    const log = recordingLog(this.lines);
    this.access = createAccess({ config, tokens: opened, log, clock: this.clock });
    this.tokens = Object.fromEntries(
      listTokens(tokens.path, tokens.log).map(({ name, token }) => [name, token]),
    );
    this.live = createLive({ report: this.ratedReport, mayStillRead: this.access.mayStillRead });
    const handlers = {
      live: this.live.handler,
      showUsage: createUsage(this.queries.usage),
      showAccess: this.access.show,
    };
    const others = ['home', 'metrics', 'probe', 'whiteStatToday', 'whiteStatHistory'];
    for (const name of [...others, 'whiteStatLanSegments', 'whiteStatRename']) {
      Object.assign(handlers, { [name]: () => Promise.reject(new Error('not part of this test')) });
    }
    const { execute } = this;
    this.server = createServer({
      config,
      access: this.access.handlers,
      files: (_request, _response, next) => next(),
      execute,
      handlers,
      log,
    });
    this.bookkeeper.events.listen((event) => {
      this.publisher?.tell(event);
      this.live.tell(event);
    });
    onTestFinished(() => this.stop());
  }

  /** Serves HTTP from here on. */
  async serve(): Promise<this> {
    this.port = await this.server.start();
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Publishes at a broker from here on. */
  async publish(broker?: TestBroker): Promise<TestBroker> {
    this.broker = broker ?? (await aedesBroker());
    if (broker === undefined) await this.broker.start();
    this.publisher = createPublisher({
      config: {
        ...this.config.mqtt,
        url: `mqtt://127.0.0.1:${this.broker.port}`,
        intervalSeconds: 10,
      },
      homeAssistant: { ...this.config.homeAssistant, discovery: false, minimumChangeBytes: 0 },
      host: 'test',
      report: this.ratedReport,
      info: () => ({}),
      execute: this.execute,
      log: recordingLog(this.lines),
      clock: this.clock,
      timing: { firstRetryMs: 5, longestRetryMs: 20, willDelaySeconds: 0, stopMs: 3_000 },
    });
    await this.publisher.start();
    this.publisher.publish();
    return this.broker;
  }

  /** Somebody reads the live stream. */
  isWatched(): boolean {
    return this.live.watched();
  }

  /** A device loads so much; ten seconds later everybody is told. */
  use(device: string, download: number, upload = 0): this {
    this.add({ device, at: this.clock.now(), download, upload });
    return this.tell();
  }

  /** Ten seconds later everybody is told how things are. */
  tell(ms = 10_000): this {
    this.pass(ms);
    this.publisher?.publish();
    this.live.tick(this.ratedReport());
    return this;
  }

  /** The local day of Berlin's winter ends. As in the daemon, its last amounts are told first. */
  midnight(): this {
    const sinceMidnight = (this.clock.now() + HOUR_MS) % (24 * HOUR_MS);
    this.pass(24 * HOUR_MS - sinceMidnight - 1_000);
    this.publisher?.publish();
    return this.tell();
  }

  /** Says offline and goes away from the broker. */
  async leaveBroker(): Promise<void> {
    await this.publisher?.stop();
    this.publisher = undefined;
  }

  /** Ends the live streams there are. */
  breakStreams(): void {
    this.live.stop();
  }

  /** Somebody else publishes at the broker, and is gone. */
  async disturb(messages: readonly [topic: string, payload: string][]): Promise<void> {
    const client = await connectAsync(`mqtt://127.0.0.1:${this.broker?.port}`);
    for (const [topic, payload] of messages) await client.publishAsync(topic, payload, { qos: 1 });
    await client.endAsync();
  }

  async leaveHttp(): Promise<void> {
    this.live.stop();
    await this.server.stop();
  }

  private async stop(): Promise<void> {
    await this.leaveBroker();
    await this.leaveHttp();
    await this.broker?.stop();
  }

  private readonly ratedReport = (): Report => {
    const report = this.report();
    const none = { download: 0, upload: 0 };
    const rates = [...this.rates.values()];
    const total = (key: 'download' | 'upload') => rates.reduce((sum, rate) => sum + rate[key], 0);
    return {
      ...report,
      devices: report.devices.map((one) => ({ ...one, rate: this.rates.get(one.id) ?? none })),
      network: {
        ...report.network,
        rate: { download: total('download'), upload: total('upload') },
      },
    };
  };
}
