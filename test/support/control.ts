import { createValidator } from '../../src/base/validator.ts';
import { readFileSync } from 'node:fs';
import { Bookkeeper } from '../../src/bookkeeper.ts';
import { createCommands } from '../../src/commands.ts';
import { loadConfig } from '../../src/config/load.ts';
import { createHistory } from '../../src/history.ts';
import { LimitBook } from '../../src/limit-book.ts';
import { Rates } from '../../src/insights/rates.ts';
import type { CommandAnswer } from '../../src/model/command.ts';
import type { LedgerEvent } from '../../src/model/event.ts';
import { createQueries } from '../../src/queries.ts';
import { createReporter } from '../../src/report.ts';
import { Schedule } from '../../src/schedule.ts';
import { ledgerPath, newStore } from '../store/ledger.ts';
import { sampleBatch, type SampleRow } from './batch.ts';
import { ManualClock } from './manual-clock.ts';

const { config: usualConfig } = await loadConfig({
  file: '/dev/null',
  environment: {},
  commandLine: { timeZone: 'Europe/Berlin' },
});

const schemas = createValidator(
  JSON.parse(readFileSync('src/model/schemas.json', 'utf8')) as object,
);

/** Throws where the value is not what model/schemas.json says of `name`. */
export function checkSchema(name: string, value: unknown): void {
  schemas.check(`#/$defs/${name}`, structuredClone(value));
}

let boots = 0;

/** The daemon without its edges, on a real ledger file. */
export class ControlledDaemon {
  readonly clock;
  readonly config = structuredClone(usualConfig);
  readonly log: string[] = [];
  readonly told: LedgerEvent[] = [];
  /** Ids of events, as listeners were told of them. */
  readonly acknowledged: (readonly number[])[] = [];
  publications = 0;
  restarts = 0;
  readonly path: string;
  readonly store;
  readonly bookkeeper;
  readonly history;
  readonly limitBook;
  readonly report;
  readonly queries;
  readonly execute;
  readonly schedule;
  private readonly boot = `boot ${++boots}`;
  private seq = 0;

  /** `at`: the time to begin with, ISO 8601. */
  constructor(path = ledgerPath(), at = '2026-11-20T09:00:00Z') {
    this.path = path;
    this.clock = new ManualClock(at);
    this.store = newStore(path);
    const { clock, config, store } = this;
    const write = (sentence: string) => void this.log.push(sentence);
    const log = {
      debug: write,
      info: write,
      warn: write,
      error: write,
      setLevel: (level: string) => write(`level ${level}`),
    };
    const bookkeeper = new Bookkeeper({ store, timeZone: config.timeZone, clock, log });
    this.bookkeeper = bookkeeper;
    const { registry, groups, events, calendar, ledger } = bookkeeper;
    events.listen((event) => void this.told.push(event));
    events.listenToAcknowledgements((ids) => void this.acknowledged.push(ids));
    const monitors = new Map();
    const history = createHistory(store, calendar, ledger.pending, () => bookkeeper.writeMerges());
    this.history = history;
    this.limitBook = new LimitBook({ config, bookkeeper, history, log });
    const { limitBook } = this;
    const rates = new Rates();
    this.report = createReporter({
      config,
      clock,
      bookkeeper,
      rates,
      monitors,
      limitBook,
      memory: { problem: undefined },
    });
    const { report } = this;
    const peerName = (address: string) => bookkeeper.peerNames.get(address);
    this.queries = createQueries({ registry, groups, report, history, store, events, peerName });
    this.execute = createCommands({
      bookkeeper,
      events,
      queries: this.queries,
      report,
      health: () => ({}),
      configuration: () => ({ settings: [] }),
      publish: () => void this.publications++,
      restart: () => void this.restarts++,
      log,
    });
    this.schedule = new Schedule({
      config,
      clock,
      log,
      store,
      bookkeeper,
      watch: () => void (limitBook.look(report()) && this.publications++),
      nameDevices: () => {},
      publish: () => {},
    });
  }

  /** Time passes, and a second begins. */
  pass(ms = 1000): this {
    this.clock.pass(ms);
    this.schedule.tick();
    return this;
  }

  /** The rows arrive in a batch. */
  add(...rows: SampleRow[]): this {
    const { boot } = this;
    this.bookkeeper.apply(sampleBatch(rows, { seq: ++this.seq, boot, live: false }));
    return this;
  }

  /** The data of a command that succeeds. */
  ask(command: string, input: unknown = {}): unknown {
    const answer = this.execute(command, input);
    if (answer.status === 'ok') return answer.data;
    throw new Error(`${answer.error.code}: ${answer.error.message}`);
  }

  /** Why a command fails. */
  refusal(
    command: string,
    input: unknown = {},
  ): Extract<CommandAnswer, { status: 'error' }>['error'] {
    const answer = this.execute(command, input);
    if (answer.status === 'error') return answer.error;
    throw new Error(`${command} did not fail`);
  }
}
