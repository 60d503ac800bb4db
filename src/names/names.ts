import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Config } from '../config/config.ts';
import type { Sighting } from '../model/device.ts';
import { isLocalEverywhere, parseHostAddress } from './address-scope.ts';
import { deviceNameOf } from './domain-name.ts';
import { HostsFile } from './hosts-file.ts';
import { LeaseFiles } from './lease-files.ts';
import { ReverseDns } from './reverse-dns.ts';

export interface NamesOptions {
  /** Read at every call: it may change while we run. */
  config: Config['names'];
  clock: Clock;
  log: Log;
  /** The address belongs to the home, besides private, unique local and link-local ones. */
  isLocal: (address: string) => boolean;
}

export interface AddressName {
  name: string;
  source: 'hosts' | 'dns';
}

/** Names of devices and remote addresses from outside their traffic: lease files, the hosts file, reverse DNS. */
export interface Names {
  /** From here on names are looked up in DNS. */
  start(): void;
  /** Resolves when no lookup is left. */
  stop(): Promise<void>;
  /** Leases that are new, changed or renewed since the last call. */
  sightings(): Sighting[];
  /** The lease that a device has at present, for one that was not known when it was news. */
  leaseOf(mac: string): Sighting | undefined;
  /** What is known of the address: for a local one a device's name, else the whole domain name. Never waits. */
  nameOfAddress(address: string): AddressName | undefined;
}

export function createNames(options: NamesOptions): Names {
  const leaseFiles = new LeaseFiles(options);
  const hostsFile = new HostsFile(options);
  const reverseDns = new ReverseDns(options);
  return {
    start: () => reverseDns.start(),
    stop: () => reverseDns.stop(),
    sightings: () => leaseFiles.sightings(),
    leaseOf: (mac) => leaseFiles.leaseOf(mac),
    nameOfAddress(address) {
      const host = parseHostAddress(address);
      if (host === undefined) return undefined;
      const isLocal = isLocalEverywhere(host.words) || options.isLocal(host.ip);
      const toName = (domainName: string | undefined) =>
        isLocal && domainName !== undefined ? deviceNameOf(domainName) : domainName;
      const inHosts = toName(hostsFile.nameOf(host.ip));
      if (inHosts !== undefined) return { name: inHosts, source: 'hosts' };
      const inDns = toName(reverseDns.nameOf({ ...host, isLocal }));
      return inDns === undefined ? undefined : { name: inDns, source: 'dns' };
    },
  };
}
