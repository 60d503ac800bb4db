import type { Request, Response } from 'express';
import type { LedgerEvent } from '../../model/event.ts';
import { publishedEvent, publishedTime } from '../../model/published.ts';
import type { Report, UsageReport } from '../../model/report.ts';
import { sendProblem } from '../problem.ts';
import type { Handler } from '../router.ts';

/** The live stream: server-sent events (WHATWG HTML, section 9.2). */
export interface Live {
  /** Answers `GET /api/v1/live`; the stream begins with the rates of this moment. */
  handler: Handler;
  /** Tells every client what happened. */
  tell(event: LedgerEvent): void;
  /** Tells every client the ids of events that were acknowledged. */
  tellAcknowledged(ids: readonly number[]): void;
  /** Sends every client the rates; call it once a second while somebody watches. */
  tick(report: Report): void;
  /** There is at least one client. */
  watched(): boolean;
  /** Ends all streams. */
  stop(): void;
}

export interface LiveOptions {
  report: () => Report;
  /** Asked at each heartbeat of the request that opened the stream; false ends it. */
  mayStillRead: (request: Request) => boolean;
}

const mostClients = 32;
/** A client that has left more than this of what was sent up to a second ago is cut off. */
const longestBacklogBytes = 65_536;
/** Proxies close connections on which nothing happens, most of them after 30 to 60 seconds. */
const heartbeatMs = 15_000;
/** How long a client waits before it comes back. */
const retryMs = 3_000;
/** After how many seconds to try again when there are too many clients. */
const fullRetrySeconds = '30';

const headers = {
  'Content-Type': 'text/event-stream',
  // no-transform: compression would hold back what should arrive at once.
  'Cache-Control': 'no-store, no-transform',
  // nginx collects answers unless told not to.
  'X-Accel-Buffering': 'no',
};

/**
 * `Last-Event-ID` is passed over: rates are stale after a second, and the events a client missed are at
 * `GET /api/v1/events`.
 */
export function createLive({ report, mayStillRead }: LiveOptions): Live {
  const clients = new Set<Response>();
  let heartbeat: NodeJS.Timeout | undefined;

  function send(text: string): void {
    const bytes = Buffer.from(text);
    for (const client of clients) client.write(bytes);
  }

  /** Not to be called right after something was sent: that is on its way even to those who read. */
  function dropSilent(): void {
    for (const client of clients) {
      if (client.writableLength <= longestBacklogBytes) continue;
      remove(client);
      client.destroy();
    }
  }

  function end(client: Response): void {
    remove(client);
    client.end();
  }

  function beat(): void {
    dropSilent();
    for (const client of clients) if (!mayStillRead(client.req)) end(client);
    send(': still here\n\n');
  }

  function add(client: Response): void {
    clients.add(client);
    client.once('close', () => remove(client));
    heartbeat ??= setInterval(beat, heartbeatMs);
  }

  function remove(client: Response): void {
    clients.delete(client);
    if (clients.size > 0) return;
    clearInterval(heartbeat);
    heartbeat = undefined;
  }

  return {
    handler({ request, response }) {
      if (clients.size >= mostClients) {
        refuse(response);
        return;
      }
      const beginning = `retry: ${retryMs}\n\n${ratesText(report())}`;
      response.set(headers);
      if (request.method === 'HEAD') {
        response.end();
      } else if (!response.closed) {
        response.write(beginning);
        add(response);
      }
    },

    tell(event) {
      if (clients.size > 0) send(message('event', publishedEvent(event), event.id));
    },

    tellAcknowledged(ids) {
      if (clients.size > 0) send(message('acknowledged', { events: ids }));
    },

    tick(now) {
      dropSilent();
      if (clients.size > 0) send(ratesText(now));
    },

    watched: () => clients.size > 0,

    stop() {
      for (const client of clients) end(client);
    },
  };
}

function refuse(response: Response): void {
  response.set('Retry-After', fullRetrySeconds);
  const fix = 'close a dashboard that is open elsewhere, or try again later';
  sendProblem(response, {
    status: 503,
    detail: `${mostClients} programs watch the live stream already, which is the most: ${fix}.`,
  });
}

/** `LiveRates` of model/schemas.json. */
function ratesText({ at, network, devices }: Report): string {
  const rates = devices.map((device) => [device.id, publishedRate(device)] as const);
  const busy = rates.filter(([, { download, upload }]) => download > 0 || upload > 0);
  return message('rates', {
    at: publishedTime(at),
    network: publishedRate(network),
    devices: Object.fromEntries(busy),
  });
}

function publishedRate({ rate }: UsageReport) {
  return { download: Math.round(rate.download), upload: Math.round(rate.upload) };
}

/** JSON has no line breaks, so one `data` line holds it. */
function message(event: string, data: object, id?: number): string {
  const idLine = id === undefined ? '' : `id: ${id}\n`;
  return `${idLine}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
