import { expect, onTestFinished, test } from 'vitest';
import { createAccess } from '../../src/http/access.ts';
import { readDescription } from '../../src/http/description.ts';
import { createDashboard } from '../../src/http/routes/dashboard.ts';
import { createLive } from '../../src/http/routes/live.ts';
import { securityHeaders } from '../../src/http/security-headers.ts';
import { createServer } from '../../src/http/server.ts';
import { openTokens } from '../../src/http/tokens.ts';
import { recordingLog, tokensOptions } from '../http/access-server.ts';
import { exchange } from '../http/exchange.ts';
import { freePort } from '../support/broker.ts';
import { sampleReport } from '../support/sample-report.ts';
import { ingressPath, startGateway } from './gateway.ts';

const page = { Accept: 'text/html,*/*;q=0.8' };

/** A server with both of its ports behind a gateway, for one test. */
async function start() {
  const ingressPort = await freePort();
  const log = recordingLog([]);
  const tokens = tokensOptions();
  const none = { certificateFile: '', keyFile: '' };
  const config = {
    host: '127.0.0.1',
    port: 0,
    auth: 'token' as const,
    hostNames: [],
    ingressPort,
    ingressScope: 'write' as const,
    tls: none,
  };
  const access = createAccess({ ...tokens, config, tokens: openTokens(tokens) });
  const live = createLive({ report: () => sampleReport(), mayStillRead: access.mayStillRead });
  const dashboard = createDashboard();
  const names = Object.values(readDescription().paths)
    .flatMap((path) => Object.values(path))
    .filter((each) => !('x-command' in each) && each.operationId !== 'describe')
    .map(({ operationId }) => operationId);
  const missing = names.map((name) => [name, () => Promise.reject(new Error(name))]);
  const server = createServer({
    config,
    access: [securityHeaders(false), ...access.handlers],
    files: dashboard.files,
    execute: (command, input) => ({ status: 'ok', data: { command, input } }),
    handlers: { ...Object.fromEntries(missing), home: dashboard.page, live: live.handler },
    log,
    ingressFrom: '127.0.0.1',
  });
  const port = await server.start();
  onTestFinished(() => server.stop());
  onTestFinished(() => live.stop());
  const gateway = await startGateway({ appPort: ingressPort });
  onTestFinished(() => gateway.stop());
  const headers = { Cookie: gateway.cookie };
  return {
    port,
    ingressPort,
    gatewayPort: gateway.port,
    live,
    ask: (path: string, more: Parameters<typeof exchange>[2] = {}) =>
      exchange(gateway.port, `${ingressPath}${path}`, {
        ...more,
        headers: { ...headers, ...more.headers },
      }),
  };
}

test('the dashboard comes through the gateway, whole, with all that it links to', async () => {
  const { ask } = await start();
  const home = await ask('/', { headers: { ...page, 'Accept-Encoding': 'gzip' } });
  expect(home.status).toBe(200);
  expect(home.text).toContain(`<base href="${ingressPath}/">`);
  expect(home.headers['content-security-policy']).toContain("frame-ancestors 'self'");
  expect(home.headers['x-frame-options']).toBe('SAMEORIGIN');
  const links = [...home.text.matchAll(/(?:src|href)="\.?\/?(assets\/[^"]+|icon\.svg)"/g)];
  expect(links.length).toBeGreaterThan(1);
  for (const [, link = ''] of links) {
    const { status, bytes, headers } = await ask(`/${link}`);
    expect(status).toBe(200);
    expect(headers['content-encoding']).toBeUndefined();
    expect(bytes.length).toBeGreaterThan(100);
  }
});

test('a change by the dashboard comes through', async () => {
  const { ask, gatewayPort } = await start();
  const { status, body } = await ask('/api/v1/commands', {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Origin: `http://127.0.0.1:${gatewayPort}`,
      'Sec-Fetch-Site': 'same-origin',
    },
    body: '{"command":"health","input":{}}',
  });
  expect({ status, body }).toEqual({ status: 200, body: { command: 'health', input: {} } });
});

test('who is not logged in to Home Assistant sees nothing', async () => {
  const { gatewayPort, port } = await start();
  expect((await exchange(gatewayPort, `${ingressPath}/`)).status).toBe(401);
  const spoofed = { 'X-Ingress-Path': ingressPath, 'X-Remote-User-Id': '0123456789abcdef' };
  expect((await exchange(port, '/', { headers: { ...spoofed, ...page } })).status).toBe(401);
});

test('the ingress port answers nobody but the gateway', async () => {
  const { ingressPort } = await start();
  await expect(exchange(ingressPort, '/', { localAddress: '127.0.0.9' })).rejects.toThrow(
    /socket hang up|ECONNRESET/,
  );
  expect((await exchange(ingressPort, '/health')).status).not.toBe(401);
});

test('each line of the live stream comes through at once', async () => {
  const { gatewayPort, live, ask } = await start();
  expect((await ask('/api/v1/live', { method: 'HEAD' })).status).toBe(200);
  const over = new AbortController();
  onTestFinished(() => over.abort());
  const response = await fetch(`http://127.0.0.1:${gatewayPort}${ingressPath}/api/v1/live`, {
    headers: { Cookie: 'ingress_session=5d1f', Accept: 'text/event-stream' },
    signal: over.signal,
  });
  expect(response.headers.get('Content-Type')).toBe('text/event-stream');
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  const next = async () => decoder.decode((await reader.read()).value);
  expect(await next()).toMatch(/^retry: 3000\n\nevent: rates\n/);
  for (const id of [1, 2, 3]) {
    // Nothing follows it that could push it along.
    live.tellAcknowledged([id]);
    expect(await next()).toBe(`event: acknowledged\ndata: {"events":[${id}]}\n\n`);
  }
});
