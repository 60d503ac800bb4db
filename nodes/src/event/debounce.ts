/** What is held back until nothing of the kind has followed for a while. */
export interface Debounce<Event> {
  add(event: Event): void;
  /** Drops what is held back. */
  stop(): void;
}

interface Happening {
  type: string;
  device: string | null;
  group?: string | null;
}

const opposites: Record<string, string | undefined> = {
  'device-online': 'device-offline',
  'device-offline': 'device-online',
  'daemon-online': 'daemon-offline',
  'daemon-offline': 'daemon-online',
};

/**
 * Tells the last of several events of one kind and device. Leaving and coming back, or the reverse, is not told at all.
 * Without a pause every event is told at once.
 */
export function createDebounce<Event extends Happening>(
  pauseMs: number,
  tell: (event: Event) => void,
): Debounce<Event> {
  const held = new Map<string, { first: Event; timer: NodeJS.Timeout }>();

  return {
    add(event) {
      if (pauseMs <= 0) {
        tell(event);
        return;
      }
      const kind = [event.type, opposites[event.type] ?? ''].sort().join(' ');
      const key = `${kind} ${event.device ?? ''} ${event.group ?? ''}`;
      const before = held.get(key);
      clearTimeout(before?.timer);
      const first = before?.first ?? event;
      const timer = setTimeout(() => {
        held.delete(key);
        if (event.type !== opposites[first.type]) tell(event);
      }, pauseMs);
      held.set(key, { first, timer });
    },
    stop() {
      for (const { timer } of held.values()) clearTimeout(timer);
      held.clear();
    },
  };
}
