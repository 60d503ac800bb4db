import koffi from 'koffi';
import { AppError } from '../../base/errors.ts';

/** Constants of <linux/if_packet.h>, <linux/if_ether.h>, <sys/socket.h> and <sys/mman.h>; the same on x86 and ARM. */
const AF_PACKET = 17;
const SOCK_RAW_CLOEXEC = 0x80003;
const ETH_P_ALL = 0x0003;
const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
export const SOL_SOCKET = 1;
export const SO_ERROR = 4;
export const SO_ATTACH_FILTER = 26;
export const SOL_PACKET = 263;
export const PACKET_ADD_MEMBERSHIP = 1;
export const PACKET_RX_RING = 5;
export const PACKET_STATISTICS = 6;
export const PACKET_VERSION = 10;
export const PACKET_VNET_HDR = 15;
export const TPACKET_V3 = 2;
export const PACKET_MR_PROMISC = 1;
/** <linux/sockios.h>, <linux/ethtool.h>. */
const AF_INET = 2;
const SOCK_DGRAM_CLOEXEC = 0x80002;
const SIOCETHTOOL = 0x8946;
const ETHTOOL_GFLAGS = 0x25;

const libc = koffi.load(null);
const calls = {
  socket: libc.func('int socket(int domain, int type, int protocol)'),
  setsockopt: libc.func(
    'int setsockopt(int fd, int level, int name, const void *value, uint size)',
  ),
  getsockopt: libc.func(
    'int getsockopt(int fd, int level, int name, void *value, _Inout_ uint *size)',
  ),
  ioctl: libc.func('int ioctl(int fd, ulong request, void *argument)'),
  bind: libc.func('int bind(int fd, const void *address, uint size)'),
  mmap: libc.func(
    'void *mmap(void *at, size_t size, int prot, int flags, int fd, intptr_t offset)',
  ),
  munmap: libc.func('int munmap(void *at, size_t size)'),
  close: libc.func('int close(int fd)'),
  strerror: libc.func('const char *strerror(int code)'),
};

/** A failed system call; `systemCode` is its name in <errno.h>. */
class SystemCallError extends Error {
  readonly systemCode: string;

  constructor(call: string, errno: number) {
    super(`${call}: ${errorText(errno)}`);
    this.name = 'SystemCallError';
    const entry = Object.entries(koffi.os.errno).find(([, value]) => value === errno);
    this.systemCode = entry?.[0] ?? String(errno);
  }
}

/** strerror(3). */
export function errorText(errno: number): string {
  return String(calls.strerror(errno));
}

/** Memory mapped from a socket's ring. */
export interface Mapping {
  view: ArrayBuffer;
  pointer: unknown;
}

/** packet(7): a raw packet socket that receives nothing until it is bound. */
export function openPacketSocket(): number {
  const fd = Number(calls.socket(AF_PACKET, SOCK_RAW_CLOEXEC, 0));
  if (fd >= 0) return fd;
  const errno = koffi.errno();
  if (errno === koffi.os.errno['EPERM'] || errno === koffi.os.errno['EACCES']) {
    throw new AppError('CAPTURE_PERMISSION', permissionSentence);
  }
  throw new SystemCallError('socket', errno);
}

const permissionSentence =
  'Capturing needs the right to open packet sockets (CAP_NET_RAW): start LanLedger as root, or give it just that right ' +
  'with "sudo setcap cap_net_raw+ep $(readlink -f $(which node))", in a systemd service with ' +
  '"AmbientCapabilities=CAP_NET_RAW", in a container with "--cap-add NET_RAW" and without "no-new-privileges".';

export function setOption(fd: number, level: number, option: number, value: Uint8Array): void {
  check('setsockopt', calls.setsockopt(fd, level, option, value, value.byteLength));
}

/** Reads a socket option into `value`. */
export function getOption(fd: number, level: number, option: number, value: Uint8Array): void {
  check('getsockopt', calls.getsockopt(fd, level, option, value, [value.byteLength]));
}

/** Flags of <linux/ethtool.h> (ETH_FLAG_...) that are set for an interface; 0 also where it does not tell. */
export function ethtoolFlags(name: string): number {
  const fd = Number(calls.socket(AF_INET, SOCK_DGRAM_CLOEXEC, 0));
  if (fd < 0) return 0;
  // struct ethtool_value, which struct ifreq points to behind 16 bytes of name.
  const value = new Uint32Array([ETHTOOL_GFLAGS, 0]);
  const request = Buffer.alloc(40);
  request.write(name, 0, 15, 'latin1');
  const address = koffi.address(value);
  if (koffi.sizeof('void *') === 8) request.writeBigUInt64LE(address, 16);
  else request.writeUInt32LE(Number(address), 16);
  const result = Number(calls.ioctl(fd, SIOCETHTOOL, request));
  closeSocket(fd);
  return result === 0 ? (value[1] ?? 0) : 0;
}

/** packet(7): receives all protocols of one interface. */
export function bindToInterface(fd: number, index: number): void {
  const address = new DataView(new ArrayBuffer(20));
  address.setUint16(0, AF_PACKET, true);
  address.setUint16(2, ETH_P_ALL, false);
  address.setInt32(4, index, true);
  check('bind', calls.bind(fd, new Uint8Array(address.buffer), 20));
}

export function mapRing(fd: number, bytes: number): Mapping {
  const pointer: unknown = calls.mmap(null, bytes, PROT_READ_WRITE, MAP_SHARED, fd, 0);
  const isFailed = BigInt.asIntN(8 * koffi.sizeof('void *'), koffi.address(pointer)) === -1n;
  if (isFailed) throw new SystemCallError('mmap', koffi.errno());
  return { pointer, view: koffi.view(pointer, bytes) };
}

/** After this, any access to the mapping's view would end the process: drop it first. */
export function unmapRing(mapping: Mapping): void {
  check('munmap', calls.munmap(mapping.pointer, mapping.view.byteLength));
}

export function closeSocket(fd: number): void {
  calls.close(fd);
}

/** Address of memory, for structures that hold pointers. */
export function addressOf(memory: Uint8Array): bigint {
  return koffi.address(memory);
}

export interface Watch {
  close(): void;
}

/** Calls `onReady` when the descriptor can be read, with `failed` where something happened to it. */
export function watchReadable(fd: number, onReady: (failed: boolean) => void): Watch {
  // The callback gets a status before the events, which the package's types leave out.
  const callback = (status: unknown) => onReady(typeof status === 'number' && status < 0);
  return koffi.node.poll(fd, { readable: true }, callback);
}

function check(call: string, result: unknown): void {
  if (Number(result) < 0) throw new SystemCallError(call, koffi.errno());
}
