import { afterEach, expect, vi } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { parseHostAddress } from '../../src/names/address-scope.ts';
import { ReverseDns } from '../../src/names/reverse-dns.ts';
import { startDnsServer, type DnsAnswer } from '../support/dns-server.ts';
import { collectLog } from '../support/log-lines.ts';
import { ManualClock } from '../support/manual-clock.ts';

export const HOUR_MS = 3_600_000;

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const part of running.splice(0).toReversed()) await part.stop();
});

export async function dnsServer(answer: (name: string) => DnsAnswer | Promise<DnsAnswer>) {
  const server = await startDnsServer(answer);
  running.push(server);
  return server;
}

export function lookups(servers: readonly string[], timeoutMs = 5000) {
  const config: Pick<Config['names'], 'reverseDns' | 'dnsServers'> = {
    reverseDns: 'all',
    dnsServers: [...servers],
  };
  const clock = new ManualClock('2026-11-20T12:00:00Z');
  const { log, lines } = collectLog();
  const dns = new ReverseDns({ config, clock, log, timeoutMs });
  dns.start();
  running.push(dns);
  const nameOf = (ip: string, isLocal = false) => {
    const address = parseHostAddress(ip);
    if (address === undefined) throw new Error(`${ip} is not an address of a host`);
    return dns.nameOf({ ...address, isLocal });
  };
  return { dns, config, clock, lines, nameOf };
}

/** Resolves when the address has the name; asks again and again, as the daemon does. */
export async function named(nameOf: (ip: string) => string | undefined, ip: string, name?: string) {
  await vi.waitFor(() => expect(nameOf(ip)).toBe(name), { timeout: 20_000, interval: 5 });
}
