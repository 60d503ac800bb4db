import koffi from 'koffi';
import { onTestFinished } from 'vitest';

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const MSG_DONTWAIT = 0x40;

/** A service manager's end: a real datagram socket at a path, or at a name that begins with "@" (unix(7)). */
export interface Listener {
  /** What has arrived since the last call. */
  take(): string[];
  /** Resolves with the first datagram that matches, and all before it. */
  until(pattern: RegExp): Promise<string[]>;
}

export function listen(name: string): Listener {
  const libc = koffi.load(null);
  const socket = libc.func('int socket(int domain, int type, int protocol)');
  const bind = libc.func('int bind(int fd, const void *address, uint size)');
  const recv = libc.func('intptr_t recv(int fd, void *data, size_t size, int flags)');
  const close = libc.func('int close(int fd)');
  const fd = Number(socket(AF_UNIX, SOCK_DGRAM, 0));
  const path = Buffer.from(name.startsWith('@') ? `\0${name.slice(1)}` : name);
  const address = Buffer.concat([Buffer.from(new Uint16Array([AF_UNIX]).buffer), path]);
  if (Number(bind(fd, address, address.byteLength)) !== 0) throw new Error(`no socket at ${name}`);

  const data = Buffer.alloc(4096);
  /** Arrived, and not taken yet. */
  const queue: string[] = [];
  const receive = () => {
    for (;;) {
      const length = Number(recv(fd, data, data.byteLength, MSG_DONTWAIT));
      if (length < 0) return;
      queue.push(data.toString('utf8', 0, length));
    }
  };
  let onArrival = () => {};
  const watch = koffi.node.poll(fd, { readable: true }, () => {
    receive();
    onArrival();
  });
  onTestFinished(() => {
    watch.close();
    close(fd);
  });
  return {
    take() {
      receive();
      return queue.splice(0);
    },
    until: (pattern) =>
      new Promise((resolve) => {
        onArrival = () => {
          const index = queue.findIndex((text) => pattern.test(text));
          if (index >= 0) resolve(queue.splice(0, index + 1));
        };
        receive();
        onArrival();
      }),
  };
}
