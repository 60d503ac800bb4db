import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os';
import type { Config } from './config/config.ts';

const everywhere = new Set(['*', '0.0.0.0', '::']);
const privateIpv4 = /^(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01]))\./;
/** Interfaces of containers and virtual machines, where no browser sits. */
const virtualName =
  /^(?:docker|br-[0-9a-f]{12}$|veth|virbr|lxc|lxd|podman|cni|tun|tap|wg|tailscale)/;

/** Where a browser in the network finds the server, without a slash at the end: `http://192.168.1.5:8777`. */
export function serverUrl({ http, capture }: Config, port = http.port): string {
  const isTls = http.tls.certificateFile !== '';
  const host = everywhere.has(http.host) ? lanAddress(capture.interfaces) : http.host;
  return `${isTls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** The address of this machine that the devices most likely reach: loopback where there is no other. */
export function lanAddress(metered: readonly string[], interfaces = networkInterfaces()): string {
  const rated = Object.entries(interfaces).flatMap(([name, addresses = []]) =>
    addresses
      .filter(({ internal, address }) => !internal && !address.startsWith('fe80'))
      .map((info) => ({ address: info.address, rank: rankOf(name, info, metered) })),
  );
  return rated.toSorted((left, right) => right.rank - left.rank)[0]?.address ?? '127.0.0.1';
}

function rankOf(
  name: string,
  { address, family }: NetworkInterfaceInfo,
  metered: readonly string[],
): number {
  const isPrivate = family === 'IPv4' ? privateIpv4.test(address) : /^f[cd]/i.test(address);
  const isMetered = metered.includes(name);
  return (
    (isMetered || !virtualName.test(name) ? 8 : 0) +
    (isPrivate ? 4 : 0) +
    (family === 'IPv4' ? 2 : 0) +
    (isMetered ? 1 : 0)
  );
}
