import { formatMac } from '../model/address.ts';
import type { Day } from '../model/checkpoint.ts';
import { deviceIdOfMac, nameSources, type Device } from '../model/device.ts';
import { kinds, type Kind } from './kinds.ts';
import { chance } from './random.ts';

/** What a household follows from: the same options make the same one. */
export interface HouseholdOptions {
  seed: number;
  devices: number;
  /** The days of its past, the last one being today. */
  days: readonly Day[];
}

/** One device of the household. */
export interface Member {
  /** Its number, which its address and its habits follow from. */
  index: number;
  kind: Kind;
  id: string;
  mac: string;
  ipv4: string;
  ipv6: string | undefined;
  /** Days on which it was there, both included; undefined: until today and on. */
  from: Day;
  to: Day | undefined;
}

export interface Household {
  seed: number;
  days: readonly Day[];
  members: readonly Member[];
  /** Undefined where it has too few devices. */
  router: Member | undefined;
  storage: Member | undefined;
}

/** The home's own IPv6 network: one of those for documentation (RFC 3849), so it is nobody's. */
export const HOME_IPV6 = '2001:db8:4a1c:7e00::/64';
const HOME_IPV4 = [192, 168, 178] as const;
const FIRST_HOST = 20;
const HOSTS_PER_NETWORK = 230;

export function createHousehold({ seed, devices, days }: HouseholdOptions): Household {
  const members = Array.from({ length: devices }, (_, index) => createMember(index, seed, days));
  return {
    seed,
    days,
    members,
    router: members.find(({ kind }) => kind.role === 'router'),
    storage: members.find(({ kind }) => kind.role === 'storage'),
  };
}

/** The device as the ledger knows it, seen between two moments (epoch ms). */
export function deviceOf(member: Member, firstSeen: number, lastSeen: number): Device {
  const { id, mac, kind, ipv4, ipv6 } = member;
  return {
    id,
    mac,
    names: kind.names,
    ...(kind.icon === undefined ? {} : { icon: kind.icon }),
    hidden: kind.hidden === true,
    router: kind.role === 'router',
    firstSeen,
    lastSeen,
    addresses: new Map([ipv4, ...(ipv6 === undefined ? [] : [ipv6])].map((ip) => [ip, lastSeen])),
  };
}

function createMember(index: number, seed: number, days: readonly Day[]): Member {
  const kind = kinds[index] ?? furtherKind(index);
  const mac = macOf(kind, index, seed);
  const [a, b, c] = HOME_IPV4;
  const network = c + Math.floor(index / HOSTS_PER_NETWORK);
  const host = kind.role === 'router' ? 1 : FIRST_HOST + (index % HOSTS_PER_NETWORK);
  const dayBefore = (count: number) => days[Math.max(0, days.length - 1 - count)] ?? 0;
  return {
    index,
    kind,
    id: deviceIdOfMac(mac),
    mac,
    ipv4: `${a}.${b}.${network}.${host}`,
    ipv6:
      kind.hasIpv6 === true ? HOME_IPV6.replace('/64', (0x1000 + index).toString(16)) : undefined,
    from: dayBefore(kind.came ?? days.length),
    to: kind.left === undefined ? undefined : dayBefore(kind.left),
  };
}

/** Large homes have several of the common kinds, told apart by a number. */
function furtherKind(index: number): Kind {
  const common = kinds.filter(({ isCommon }) => isCommon === true);
  const further = index - kinds.length;
  const kind = common[further % common.length] as Kind;
  const number = Math.floor(further / common.length) + 2;
  const { group: _group, came: _came, ...rest } = kind;
  const named = nameSources.flatMap((source) => {
    const name = kind.names[source];
    const separator = source === 'user' ? ' ' : '-';
    return name === undefined ? [] : [[source, `${name}${separator}${number}`] as const];
  });
  return { ...rest, names: Object.fromEntries(named) };
}

/** No two devices share one: the second half is a different number for each index. */
function macOf({ maker }: Kind, index: number, seed: number): string {
  const first = maker === undefined ? 0xda0000 + (index & 0xffff) : Number.parseInt(maker, 16);
  const second = (Math.imul(index, 0x2c1b3d) + chance(seed, 0, 0, 0) * 2 ** 24) & 0xffffff;
  return formatMac(first >>> 8, ((first & 0xff) << 24) | second);
}

/** What the home's hosts file says. */
export function hostsOf({ members }: Household): string[] {
  return members.flatMap(({ kind: { names }, ipv4 }) =>
    names.hosts === undefined ? [] : [`${ipv4} ${names.hosts}`],
  );
}

/** What the home's DHCP server says, in the format of dnsmasq: leases that never end. */
export function leasesOf({ members }: Household): string[] {
  return members.flatMap(({ kind: { names }, mac, ipv4 }) =>
    names.lease === undefined ? [] : [`0 ${mac} ${ipv4} ${names.lease} *`],
  );
}
