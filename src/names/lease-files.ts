import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Config } from '../config/config.ts';
import type { Sighting } from '../model/device.ts';
import { parseDnsmasqLeases } from './dnsmasq-leases.ts';
import { parseIscLeases } from './isc-leases.ts';
import type { Lease } from './lease.ts';
import { WatchedFile } from './watched-file.ts';

/** dnsmasq of Debian, Fedora, OpenWrt and Pi-hole; ISC dhcpd of Debian and Fedora. */
const usualPlaces = [
  '/var/lib/misc/dnsmasq.leases',
  '/var/lib/dnsmasq/dnsmasq.leases',
  '/tmp/dhcp.leases',
  '/etc/pihole/dhcp.leases',
  '/var/lib/dhcp/dhcpd.leases',
  '/var/lib/dhcpd/dhcpd.leases',
];

/** How such files begin; those of dhcpd with any of its declarations (dhcpd.leases(5)) or a comment. */
const beginning =
  /^\s*(?:$|#|(?:\d+|duid|lease|host|group|subgroup|class|subclass|failover|server-duid|authoring-byte-order|ia-na|ia-ta|ia-pd)\s)/;

export interface LeaseFilesOptions {
  config: Pick<Config['names'], 'leaseFiles'>;
  clock: Clock;
  log: Log;
}

interface LeaseFile {
  file: WatchedFile;
  /** What the file said last, by address. */
  known: ReadonlyMap<string, string>;
  /** The same, by MAC address; one that has leases of several addresses goes by the last. */
  byMac: ReadonlyMap<string, Lease>;
  /** Epoch ms: when the file was written. */
  writtenAt: number;
  /** It is no file of dnsmasq or dhcpd. */
  isForeign: boolean;
}

/** The lease files of DHCP servers on this machine. */
export class LeaseFiles {
  private readonly options: LeaseFilesOptions;
  private files: LeaseFile[] = [];

  constructor(options: LeaseFilesOptions) {
    this.options = options;
  }

  /**
   * Leases that are new, changed or renewed since the last call, without expired ones. They are seen when their file was
   * written: that a lease runs does not mean that its device is there.
   */
  sightings(): Sighting[] {
    this.followConfig();
    return this.files.flatMap((file) => this.newsOf(file));
  }

  /** The lease that a device has according to the last `sightings`, or undefined. `mac`: `aa:bb:cc:dd:ee:ff`. */
  leaseOf(mac: string): Sighting | undefined {
    const now = this.options.clock.now();
    const found = this.files.flatMap(({ byMac, writtenAt: at }) => {
      const lease = byMac.get(mac);
      return lease === undefined || isOver(lease, now) ? [] : [{ lease, at }];
    });
    const [last] = found.toSorted((left, right) => right.at - left.at);
    return last === undefined ? undefined : sightingOf(last.lease, last.at);
  }

  private newsOf(leaseFile: LeaseFile): Sighting[] {
    const content = leaseFile.file.changed();
    if (content === undefined) return [];
    const now = this.options.clock.now();
    const { known } = leaseFile;
    const at = Math.min(Math.floor(content.modifiedAt), now);
    const written = parseLeases(content.text);
    this.warnOfForeign(leaseFile, written.length === 0 && !beginning.test(content.text));
    const leases = written.filter((lease) => !isOver(lease, now));
    leaseFile.known = new Map(leases.map((lease) => [lease.ip, summary(lease)]));
    leaseFile.byMac = new Map(leases.map((lease) => [lease.mac, lease]));
    leaseFile.writtenAt = at;
    return leases
      .filter((lease) => known.get(lease.ip) !== summary(lease))
      .map((lease) => sightingOf(lease, at));
  }

  private warnOfForeign(leaseFile: LeaseFile, isForeign: boolean): void {
    const wasForeign = leaseFile.isForeign;
    leaseFile.isForeign = isForeign;
    if (wasForeign || !isForeign) return;
    this.options.log.warn(
      `No names from ${leaseFile.file.path}, because it is not a lease file of dnsmasq or ISC dhcpd: change names.leaseFiles.`,
    );
  }

  /** The configuration may change while we run. */
  private followConfig(): void {
    const { config, clock, log } = this.options;
    const optional = config.leaseFiles.length === 0;
    const paths = optional ? usualPlaces : config.leaseFiles;
    const isSame =
      paths.length === this.files.length &&
      paths.every((path, index) => path === this.files[index]?.file.path);
    if (isSame) return;
    this.files = paths.map(
      (path) =>
        this.files.find(({ file }) => file.path === path) ?? {
          file: new WatchedFile({ path, key: 'names.leaseFiles', optional, clock, log }),
          known: new Map(),
          byMac: new Map(),
          writtenAt: 0,
          isForeign: false,
        },
    );
  }
}

function parseLeases(text: string): Lease[] {
  const isIsc = /^[ \t]*lease[ \t]/m.test(text);
  return isIsc ? parseIscLeases(text) : parseDnsmasqLeases(text);
}

function isOver({ expiresAt }: Lease, now: number): boolean {
  return expiresAt !== undefined && expiresAt < now;
}

function sightingOf({ mac, ip, hostname }: Lease, at: number): Sighting {
  return { mac, ip, hostname, via: 'lease', at };
}

function summary({ mac, hostname, expiresAt }: Lease): string {
  return `${mac} ${expiresAt} ${hostname}`;
}
