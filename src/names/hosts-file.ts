import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Config } from '../config/config.ts';
import { parseHostAddress } from './address-scope.ts';
import { parseDomainName } from './domain-name.ts';
import { WatchedFile } from './watched-file.ts';

export interface HostsFileOptions {
  config: Pick<Config['names'], 'hostsFile'>;
  clock: Clock;
  log: Log;
}

/** The names by address in a hosts file (hosts(5)): the first name of the first line of each address. */
export class HostsFile {
  private readonly options: HostsFileOptions;
  private file: WatchedFile | undefined;
  private names: ReadonlyMap<string, string> = new Map();

  constructor(options: HostsFileOptions) {
    this.options = options;
  }

  /** `ip`: as `formatAddress` writes it. */
  nameOf(ip: string): string | undefined {
    this.followConfig();
    const content = this.file?.changed();
    if (content !== undefined) this.names = parseHosts(content.text);
    return this.names.get(ip);
  }

  /** The configuration may change while we run. */
  private followConfig(): void {
    const { config, clock, log } = this.options;
    const path = config.hostsFile;
    if (path === (this.file?.path ?? '')) return;
    this.names = new Map();
    const key = 'names.hostsFile';
    const optional = path === '/etc/hosts';
    this.file = path === '' ? undefined : new WatchedFile({ path, key, optional, clock, log });
  }
}

export function parseHosts(text: string): Map<string, string> {
  const names = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [entry = ''] = line.split('#', 1);
    const [address = '', name = ''] = entry.trim().split(/\s+/, 2);
    const ip = parseHostAddress(address)?.ip;
    if (ip === undefined || names.has(ip)) continue;
    const domainName = parseDomainName(name);
    if (domainName !== undefined) names.set(ip, domainName);
  }
  return names;
}
