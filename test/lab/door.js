/**
 * The program that carries connections into a namespace (`door.ts` is its other half): what reaches its Unix socket is
 * passed on to a TCP connection made there. Each connection begins with a line of JSON, the options of `net.connect`.
 * Plain JavaScript: it starts under a bare `node`, without a build. Argument: path of the socket.
 */
import { connect, createServer } from 'node:net';

const LINE_END = 10;

function carry(near) {
  let head = Buffer.alloc(0);
  const readHead = () => {
    head = Buffer.concat([head, near.read() ?? Buffer.alloc(0)]);
    const end = head.indexOf(LINE_END);
    if (end < 0) return;
    near.off('readable', readHead);
    const rest = head.subarray(end + 1);
    if (rest.length > 0) near.unshift(rest);
    join(near, connect({ ...JSON.parse(head.subarray(0, end)), allowHalfOpen: true }));
  };
  near.on('readable', readHead);
  near.on('error', () => near.destroy());
}

function join(near, far) {
  for (const [one, other] of [
    [near, far],
    [far, near],
  ]) {
    one.pipe(other);
    one.on('error', () => one.destroy());
    one.once('close', () => other.destroy());
  }
}

const server = createServer({ allowHalfOpen: true }, carry);
server.listen({ path: process.argv[2], backlog: 4096 }, () => process.send('open'));
process.on('disconnect', () => process.exit());
