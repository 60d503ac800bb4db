import { readEvents } from './event-stream.ts';
import type { HttpClient } from './http-client.ts';
import { NETWORK, sum, type LedgerEvent, type Rate, type Target } from './ledger.ts';

/** What `GET /api/v1/live` tells each second: those with traffic, by id. */
interface LiveRates {
  network: Rate;
  devices: Record<string, Rate>;
}

export interface LiveListener {
  /** Whose rates are told. */
  targets(): ReadonlyMap<string, Target>;
  rates(rates: ReadonlyMap<string, Rate>): void;
  /** Absent where events come another way. */
  event?(event: LedgerEvent): void;
}

/** Reads the daemon's live stream, and comes back when it ends. */
export interface LiveStream {
  open(): void;
  close(): void;
}

const firstRetryMs = 1_000;
const longestRetryMs = 30_000;
/** The daemon says something each second. */
const longestSilenceMs = 30_000;

export function createLiveStream(client: HttpClient, listener: LiveListener): LiveStream {
  let attempt: AbortController | undefined;
  let retry: NodeJS.Timeout | undefined;
  let retryMs = firstRetryMs;
  let lastEvent: number | undefined;

  function connect(): void {
    const controller = new AbortController();
    attempt = controller;
    follow(controller)
      // The poll tells why the daemon cannot be reached.
      .catch(() => {})
      .finally(() => {
        if (attempt !== controller) return;
        retry = setTimeout(connect, retryMs);
        retryMs = Math.min(retryMs * 2, longestRetryMs);
      });
  }

  async function follow(controller: AbortController): Promise<void> {
    // Before the first stream, so that what happens from here on is told.
    if (lastEvent === undefined) await catchUp();
    let silence = setTimeout(() => controller.abort(), longestSilenceMs);
    try {
      const stream = await client.stream('/api/v1/live', controller.signal);
      await catchUp();
      for await (const { event, data } of readEvents(stream)) {
        clearTimeout(silence);
        silence = setTimeout(() => controller.abort(), longestSilenceMs);
        if (attempt !== controller) return;
        retryMs = firstRetryMs;
        if (event === 'rates')
          listener.rates(ratesOf(listener.targets(), JSON.parse(data) as LiveRates));
        else if (event === 'event') tell(JSON.parse(data) as LedgerEvent);
      }
    } finally {
      clearTimeout(silence);
    }
  }

  /** Tells what happened while there was no stream. */
  async function catchUp(): Promise<void> {
    if (listener.event === undefined) return;
    const { events } = (await client.ask('/api/v1/events?limit=100')) as { events: LedgerEvent[] };
    const newest = events[0]?.id ?? 0;
    // Another ledger counts anew.
    if (lastEvent === undefined || newest < lastEvent) lastEvent = newest;
    for (const event of events.reverse()) tell(event);
  }

  function tell(event: LedgerEvent): void {
    if (lastEvent !== undefined && event.id <= lastEvent) return;
    lastEvent = event.id;
    listener.event?.(event);
  }

  return {
    open() {
      if (attempt === undefined) connect();
    },
    close() {
      clearTimeout(retry);
      const last = attempt;
      attempt = undefined;
      last?.abort();
    },
  };
}

/** The stream leaves out devices without traffic, and has no groups. */
function ratesOf(targets: ReadonlyMap<string, Target>, live: LiveRates): Map<string, Rate> {
  const none = { download: 0, upload: 0 };
  const rateOf = (id: string): Rate => live.devices[id] ?? none;
  const rates = new Map<string, Rate>([[NETWORK, live.network]]);
  for (const target of targets.values()) {
    if (target.kind === 'device') rates.set(target.id, rateOf(target.id));
    if (target.kind === 'group') rates.set(target.id, sum(target.devices.map(rateOf)));
  }
  return rates;
}
