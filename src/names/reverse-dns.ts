import { Resolver } from 'node:dns/promises';
import { Backoff } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Config } from '../config/config.ts';
import { IPV4_MARK, type AddressWords } from '../model/address.ts';
import { LookupQueue, type LookupTarget } from './lookup-queue.ts';
import { NameCache } from './name-cache.ts';
import { lookUpName, type Outcome } from './ptr-lookup.ts';

const TIMEOUT_MS = 2000;
const TRIES = 2;
const PARALLEL_LIMIT = 4;
const WAITING_LIMIT = 1000;
const CACHE_LIMIT = 10_000;
const HOUR_MS = 3_600_000;
/** How long the result of a lookup holds. */
const holdsMs = { found: 24 * HOUR_MS, none: HOUR_MS, failed: HOUR_MS / 6, silent: HOUR_MS / 6 };
/** Pauses while the server says nothing at all. */
const FIRST_PAUSE_MS = 30_000;
const PAUSE_LIMIT_MS = 600_000;
/** Every server answers for 127.0.0.1, one way or the other (RFC 6303 section 4.3). */
const loopback: AddressWords = [0, 0, IPV4_MARK, 0x7f000001];

export interface ReverseDnsOptions {
  config: Pick<Config['names'], 'reverseDns' | 'dnsServers'>;
  clock: Clock;
  log: Log;
  /** Of the first try; the second has more. */
  timeoutMs?: number;
}

/** Names of addresses in reverse DNS: answered from memory, looked up behind the scenes. */
export class ReverseDns {
  private readonly options: ReverseDnsOptions;
  private readonly cache = new NameCache(CACHE_LIMIT);
  private readonly queue = new LookupQueue(WAITING_LIMIT);
  private readonly running = new Map<string, Promise<void>>();
  private readonly pauses = new Backoff(FIRST_PAUSE_MS, PAUSE_LIMIT_MS);
  private resolver: Resolver | undefined;
  private servers: string | undefined;
  private isStarted = false;
  /** Lookups without any answer since the last answer. */
  private silences = 0;
  private isProbing = false;
  private pausedUntilMs = 0;
  private isSilenceLogged = false;

  constructor(options: ReverseDnsOptions) {
    this.options = options;
  }

  start(): void {
    this.isStarted = true;
  }

  /** Resolves when no lookup is left. */
  async stop(): Promise<void> {
    this.isStarted = false;
    this.queue.clear();
    this.resolver?.cancel();
    await Promise.all(this.running.values());
  }

  /** The whole name of the address as far as it is known; looks it up where it is not, or was long ago. */
  nameOf(target: LookupTarget): string | undefined {
    if (!this.isWanted(target)) return undefined;
    this.followConfig();
    const entry = this.cache.get(target.ip);
    const isDue = entry === undefined || this.options.clock.monotonic() >= entry.askAgainAtMs;
    if (isDue && this.isStarted && !this.running.has(target.ip)) {
      this.queue.add(target, entry?.failed === true);
    }
    this.lookUpMore();
    return entry?.name;
  }

  private isWanted({ isLocal }: LookupTarget): boolean {
    const { reverseDns } = this.options.config;
    return reverseDns === 'all' || (reverseDns === 'local' && isLocal);
  }

  /** The configuration may change while we run. */
  private followConfig(): void {
    const servers = this.options.config.dnsServers.join(' ');
    if (servers === this.servers) return;
    this.servers = servers;
    this.cache.clear();
    this.isSilenceLogged = false;
    this.renewResolver();
    this.heard();
  }

  /** Also reads the system's settings again. */
  private renewResolver(): void {
    const { config, log, timeoutMs = TIMEOUT_MS } = this.options;
    this.resolver?.cancel();
    this.resolver = undefined;
    const resolver = new Resolver({ timeout: timeoutMs, tries: TRIES });
    try {
      if (config.dnsServers.length > 0) resolver.setServers(config.dnsServers);
      this.resolver = resolver;
    } catch {
      log.warn(
        `No names from DNS, because names.dnsServers (${this.servers}) must be IP addresses, such as 192.168.1.1.`,
      );
    }
  }

  private lookUpMore(): void {
    const isPaused = this.options.clock.monotonic() < this.pausedUntilMs;
    if (!this.isStarted || this.isProbing || isPaused || this.resolver === undefined) return;
    // One lookup shows whether the server is back.
    const limit = this.silences >= PARALLEL_LIMIT ? 1 : PARALLEL_LIMIT;
    while (this.running.size < limit) {
      const target = this.queue.next((waiting) => this.isWanted(waiting));
      if (target === undefined) return;
      this.running.set(target.ip, this.lookUp(target, this.resolver));
    }
  }

  private async lookUp(target: LookupTarget, resolver: Resolver): Promise<void> {
    const outcome = await lookUpName(resolver, target.words);
    if (resolver === this.resolver) {
      this.keep(target.ip, outcome);
      await this.judge(outcome, resolver);
    }
    this.running.delete(target.ip);
    this.queue.finished(target.ip);
    this.lookUpMore();
  }

  private keep(ip: string, outcome: Outcome): void {
    if (outcome.kind === 'cancelled') return;
    const now = this.options.clock.monotonic();
    const failed = outcome.kind === 'failed' || outcome.kind === 'silent';
    const known = failed ? this.cache.get(ip)?.name : undefined;
    this.cache.set(ip, {
      name: outcome.kind === 'found' ? outcome.name : known,
      askAgainAtMs: now + holdsMs[outcome.kind],
      failed,
    });
  }

  /** Dead addresses are told from a dead server: that one does not even answer for itself. */
  private async judge({ kind }: Outcome, resolver: Resolver): Promise<void> {
    if (kind === 'cancelled') return;
    if (kind !== 'silent') {
      this.heard();
      return;
    }
    this.silences++;
    if (this.silences < PARALLEL_LIMIT || this.isProbing) return;
    this.isProbing = true;
    const { kind: answer } = await lookUpName(resolver, loopback);
    this.isProbing = false;
    if (answer === 'cancelled' || resolver !== this.resolver) return;
    if (answer === 'silent') this.pause();
    else this.heard();
  }

  private heard(): void {
    this.silences = 0;
    this.pausedUntilMs = 0;
    this.pauses.reset();
    if (this.isSilenceLogged) this.options.log.info('The DNS server answers again.');
    this.isSilenceLogged = false;
  }

  private pause(): void {
    const { clock, log } = this.options;
    this.pausedUntilMs = clock.monotonic() + this.pauses.next();
    this.renewResolver();
    if (this.isSilenceLogged) return;
    this.isSilenceLogged = true;
    const who = this.servers === '' ? "The system's DNS server" : `DNS server ${this.servers}`;
    log.warn(
      `${who} does not answer, so names are missing: set names.dnsServers to one that does, or names.reverseDns to off.`,
    );
  }
}
