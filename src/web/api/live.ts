import type { Event, LiveRates } from './operations.ts';

export interface LiveListener {
  rates(rates: LiveRates): void;
  event(event: Event): void;
  /** Somebody acknowledged events: their ids. */
  acknowledged(ids: readonly number[]): void;
  /** The stream is open, or has broken off and is being opened again. */
  state(isOpen: boolean): void;
}

const retryMs = 3_000;
/** Rates come every second. A connection whose other end has vanished without a word would stay open for ever. */
const longestSilenceMs = 10_000;

/** Follows the live stream until the returned function is called; browsers give up after some answers, this does not. */
export function followLive(listener: LiveListener): () => void {
  let source: EventSource;
  let timer: ReturnType<typeof setTimeout>;
  function open() {
    source = new EventSource(new URL('api/v1/live', document.baseURI));
    wait();
    source.addEventListener('open', () => listener.state(true));
    source.addEventListener('rates', ({ data }) => {
      wait();
      listener.rates(JSON.parse(data) as LiveRates);
    });
    source.addEventListener('event', ({ data }) => listener.event(JSON.parse(data) as Event));
    source.addEventListener('acknowledged', ({ data }) =>
      listener.acknowledged((JSON.parse(data) as { events: number[] }).events),
    );
    source.addEventListener('error', () => {
      listener.state(false);
      if (source.readyState !== EventSource.CLOSED) return;
      clearTimeout(timer);
      timer = setTimeout(open, retryMs);
    });
  }
  function wait() {
    clearTimeout(timer);
    timer = setTimeout(() => {
      source.close();
      listener.state(false);
      open();
    }, longestSilenceMs);
  }
  open();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
