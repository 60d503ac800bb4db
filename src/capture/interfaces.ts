import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { AppError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { linkTypes } from '../model/traffic.ts';

const SYSFS = '/sys/class/net';
const IFF_UP = 1;
const ARPHRD_LOOPBACK = 772;
/** How /proc/net/route names the interface of a route that leads nowhere (blackhole, unreachable, prohibit). */
const NO_INTERFACE = '*';

/** Layout of an interface's frames by its ARPHRD type (<linux/if_arp.h>); tunnels and PPP carry bare IP packets. */
const linkTypeByHardware: Record<number, number> = {
  1: linkTypes.ethernet,
  [ARPHRD_LOOPBACK]: linkTypes.ethernet,
  512: linkTypes.raw,
  519: linkTypes.raw,
  768: linkTypes.raw,
  769: linkTypes.raw,
  776: linkTypes.raw,
  778: linkTypes.raw,
  65534: linkTypes.raw,
};

export interface NetworkInterface {
  name: string;
  index: number;
  linkType: number;
  isLoopback: boolean;
  isUp: boolean;
  /** `aa:bb:cc:dd:ee:ff`, absent for links without MAC addresses. */
  mac?: string;
}

/** What this host knows of an interface. Throws an AppError where it does not exist or cannot be captured. */
export function describeInterface(name: string): NetworkInterface {
  const hardware = Number(readAttribute(name, 'type'));
  if (Number.isNaN(hardware)) {
    const others = interfaceNames().filter((other) => other !== 'lo');
    throw new AppError(
      'CAPTURE_INTERFACE',
      `There is no network interface "${name}" here: set capture.interfaces to one of ${others.join(', ') || '(none found)'}.`,
    );
  }
  const linkType = linkTypeByHardware[hardware];
  if (linkType === undefined) {
    throw new AppError(
      'CAPTURE_UNSUPPORTED',
      `Interface "${name}" has hardware type ${hardware}, which LanLedger cannot read: choose an Ethernet, Wi-Fi ` +
        '(managed), bridge, VLAN, tunnel or PPP interface.',
    );
  }
  const mac = readAttribute(name, 'address') ?? '';
  const hasMac = linkType === linkTypes.ethernet && mac !== '00:00:00:00:00:00';
  return {
    name,
    index: Number(readAttribute(name, 'ifindex')),
    linkType,
    isLoopback: hardware === ARPHRD_LOOPBACK,
    isUp: isInterfaceUp(name),
    ...(hasMac ? { mac } : {}),
  };
}

/** False where it is down, and where there is none of that name. */
export function isInterfaceUp(name: string): boolean {
  return (Number(readAttribute(name, 'flags')) & IFF_UP) !== 0;
}

function interfaceNames(): string[] {
  // The bonding driver keeps a file of its own among the interfaces.
  return entries(SYSFS)
    .filter((name) => name !== 'bonding_masters')
    .toSorted();
}

/** `address/length` of every address configured on an interface. */
export function configuredPrefixes(name: string): string[] {
  const addresses = networkInterfaces()[name] ?? [];
  return addresses.flatMap(({ cidr }) => (cidr === null ? [] : [cidr]));
}

/** The interface of the default route, with the file that says so; undefined where there is none. */
function defaultRoute(): { name: string; gateway: 'IPv4' | 'IPv6' } | undefined {
  const ipv4 = readLines('/proc/net/route').find(
    (fields) => fields[0] !== NO_INTERFACE && fields[1] === '00000000' && fields[7] === '00000000',
  );
  if (ipv4?.[0] !== undefined) return { name: ipv4[0], gateway: 'IPv4' };
  const ipv6 = readLines('/proc/net/ipv6_route').find(
    (fields) => fields[1] === '00' && /^0+$/.test(fields[0] ?? '') && fields[9] !== 'lo',
  );
  return ipv6?.[9] === undefined ? undefined : { name: ipv6[9], gateway: 'IPv6' };
}

/**
 * The configured interfaces, or the one of the default route. `metered`: those of before a restart, which may be gone for
 * a while: they are waited for. Any other that does not exist is refused.
 */
export function chooseInterfaces(
  interfaces: readonly string[],
  log: Log,
  metered: readonly string[] = [],
): string[] {
  if (interfaces.length > 0) {
    refuseOverlaps(interfaces);
    for (const name of interfaces) {
      if (!metered.includes(name)) describeInterface(name);
    }
    return [...interfaces];
  }
  const route = defaultRoute();
  if (route === undefined && metered.length > 0) {
    log.info(`There is no default route: metering ${metered.join(', ')} as before.`);
    return [...metered];
  }
  const others = interfaceNames().filter(
    (name) => isInterfaceUp(name) && name !== 'lo' && name !== route?.name,
  );
  if (route === undefined) {
    throw new AppError(
      'CAPTURE_INTERFACE',
      `There is no default route to choose an interface by: set capture.interfaces to one of ${others.join(', ') || '(none found)'}.`,
    );
  }
  const hint =
    others.length === 0
      ? ''
      : ` Set capture.interfaces if your devices are on ${others.join(' or ')}.`;
  log.info(
    `Metering ${route.name}, because the ${route.gateway} default route leads there.${hint}`,
  );
  return [route.name];
}

/**
 * Prefixes that this host reaches through other routers on an interface, or on a link that shows no MAC addresses:
 * `address/length`.
 */
export function routedPrefixes(name: string): string[] {
  const isRaw = describeInterface(name).linkType === linkTypes.raw;
  const ipv4 = readLines('/proc/net/route')
    .filter((fields) => fields[0] === name && fields[7] !== '00000000')
    .filter((fields) => isRaw || fields[2] !== '00000000')
    .map((fields) => `${ipv4Of(fields[1])}/${prefixLength(fields[7])}`);
  const ipv6 = readLines('/proc/net/ipv6_route')
    .filter((fields) => fields[9] === name && fields[1] !== '00')
    .filter((fields) => isRaw || !/^0+$/.test(fields[4] ?? ''))
    .map((fields) => `${ipv6Of(fields[0])}/${Number.parseInt(fields[1] ?? '', 16)}`);
  return [...ipv4, ...ipv6];
}

/** The kernel prints IPv4 addresses as words of the machine, here little-endian. */
function ipv4Of(digits = ''): string {
  return (digits.match(/../g) ?? [])
    .toReversed()
    .map((byte) => Number.parseInt(byte, 16))
    .join('.');
}

function prefixLength(maskDigits = ''): number {
  const ones = Number.parseInt(maskDigits, 16).toString(2).replaceAll('0', '');
  return ones.length;
}

function ipv6Of(digits = ''): string {
  return (digits.match(/.{4}/g) ?? []).join(':');
}

/**
 * Throws an AppError where two of the interfaces show the same frames (a bridge and its port, two ports of one bridge,
 * a VLAN and its parent), because every byte would be counted twice.
 */
function refuseOverlaps(names: readonly string[]): void {
  for (const [index, name] of names.entries()) {
    for (const other of names.slice(index + 1)) {
      const shared = overlap(name, other);
      if (shared === undefined) continue;
      throw new AppError(
        'CAPTURE_INTERFACE',
        `Interfaces ${name} and ${other} show the same frames (${shared}), so everything would be counted twice: ` +
          `remove one of them from capture.interfaces.`,
      );
    }
  }
}

function overlap(name: string, other: string): string | undefined {
  if (name === other) return 'it is named twice';
  if (uppers(name).includes(other)) return `${other} lies on ${name}`;
  if (uppers(other).includes(name)) return `${name} lies on ${other}`;
  const [master, otherMaster] = [masterOf(name), masterOf(other)];
  return master !== undefined && master === otherMaster ? `both belong to ${master}` : undefined;
}

/** Interfaces that lie on this one, at any height. */
function uppers(name: string): string[] {
  const direct = entries(`${SYSFS}/${name}`)
    .filter((entry) => entry.startsWith('upper_'))
    .map((entry) => entry.slice('upper_'.length));
  return [...direct, ...direct.flatMap(uppers)];
}

/** The bridge, bond or the like that this interface is a part of. */
export function masterOf(name: string): string | undefined {
  try {
    return readlinkSync(`${SYSFS}/${name}/master`).split('/').at(-1);
  } catch {
    return undefined;
  }
}

function readAttribute(name: string, attribute: string): string | undefined {
  try {
    return readFileSync(`${SYSFS}/${name}/${attribute}`, 'utf8').trim();
  } catch {
    return undefined;
  }
}

function readLines(path: string): string[][] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/));
  } catch {
    return [];
  }
}

function entries(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
