import koffi from 'koffi';

/** Constants of <sys/socket.h>; the same on x86 and ARM. */
const AF_UNIX = 1;
const SOCK_DGRAM_CLOEXEC = 0x80002;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
/** Of `sun_path` in unix(7). */
const PATH_BYTES = 108;

/** Sends a datagram; throws where that fails. Node itself has no datagram sockets of this kind. */
export type SendDatagram = (text: string) => void;

/** A socket that sends to the one at `name` (unix(7)): a path, or with "@" in front a name without a file. Throws where it cannot. */
export function openNotifySocket(name: string): SendDatagram {
  const address = socketAddress(name);
  const libc = koffi.load(null);
  const socket = libc.func('int socket(int domain, int type, int protocol)');
  const sendto = libc.func(
    'intptr_t sendto(int fd, const void *data, size_t size, int flags, const void *address, uint addressSize)',
  );
  const fd = Number(socket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0));
  if (fd < 0) throw failure('socket');
  return (text) => {
    const data = Buffer.from(text);
    const flags = MSG_DONTWAIT | MSG_NOSIGNAL;
    const sent = Number(sendto(fd, data, data.byteLength, flags, address, address.byteLength));
    if (sent < 0) throw failure('sendto');
  };
}

function socketAddress(name: string): Buffer {
  const path = Buffer.from(name.startsWith('@') ? `\0${name.slice(1)}` : name);
  if ((path[0] !== 0 && !name.startsWith('/')) || path.byteLength >= PATH_BYTES) {
    throw new Error(`"${name}" is no path of a socket`);
  }
  const family = Buffer.alloc(2);
  family.writeUInt16LE(AF_UNIX);
  return Buffer.concat([family, path]);
}

function failure(call: string): Error {
  const errno = koffi.errno();
  const [name = String(errno)] =
    Object.entries(koffi.os.errno).find(([, value]) => value === errno) ?? [];
  return new Error(`${call}: ${name}`);
}
