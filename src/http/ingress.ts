import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Where Home Assistant's Supervisor asks from: it passes on what users who are logged in to Home Assistant ask for, and sets
 * the headers that tell of them. Nobody else may reach the port.
 */
export const supervisorAddress = '172.30.32.2';
/** The Supervisor keeps idle connections for 15 seconds; who closes first would lose a request that is on its way. */
const keepAliveTimeout = 30_000;

const passedOn = new WeakSet<IncomingMessage>();

/** A server for the Supervisor alone: other connections end before a byte of them is read. */
export function createIngress(listener: RequestListener, limits: object, from: string): Server {
  const server = createServer({ ...limits, keepAliveTimeout }, (request, response) => {
    passedOn.add(request);
    listener(request, response);
  });
  server.on('connection', (socket: Socket) => {
    if (socket.remoteAddress !== from) socket.destroy();
  });
  return server;
}

/** Whether Home Assistant let this request in and passed it on. No header can bring that about. */
export function cameByIngress(request: IncomingMessage): boolean {
  return passedOn.has(request);
}
