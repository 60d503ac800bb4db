import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const supervisorToken = 'f4c0ffee';

export interface FakeSupervisor {
  url: string;
  ingressPort: number;
  /** What the Mosquitto app has announced; undefined: there is none. */
  mqtt: object | undefined;
  /** Answers everything instead. */
  answer: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
  stop: () => void;
}

/** The two addresses of the Supervisor's API that the app asks, with the answers that the Supervisor gives (`api/services.py`). */
export async function startSupervisor(host = '127.0.0.1', port = 0): Promise<FakeSupervisor> {
  const server = createServer((request, response) => {
    if (supervisor.answer !== undefined) return supervisor.answer(request, response);
    if (request.headers.authorization !== `Bearer ${supervisorToken}`) {
      return void response.writeHead(403).end('403: Forbidden');
    }
    const { ingressPort, mqtt } = supervisor;
    if (request.url === '/addons/self/info') {
      return succeed(response, { slug: 'local_lanledger', ingress_port: ingressPort });
    }
    if (request.url !== '/services/mqtt') return void response.writeHead(404).end();
    if (mqtt === undefined) return fail(response, 'Service not enabled');
    return succeed(response, mqtt);
  });
  server.listen(port, host);
  await once(server, 'listening');
  const supervisor: FakeSupervisor = {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    ingressPort: 62_345,
    mqtt: undefined,
    answer: undefined,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
  return supervisor;
}

/** As the Mosquitto app announces itself. */
export const mosquitto = {
  addon: 'core_mosquitto',
  host: 'core-mosquitto',
  port: 1883,
  ssl: false,
  protocol: '3.1.1',
  username: 'addons',
  password: 'ohX7aeShei0u',
};

function succeed(response: ServerResponse, data: object): void {
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify({ result: 'ok', data }));
}

export function fail(response: ServerResponse, message: string, status = 400): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify({ result: 'error', message }));
}
