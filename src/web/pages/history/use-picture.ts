import { useEffect, useRef, useState } from 'preact/hooks';
import { devicesById, home, timeZone } from '../../state/home.ts';
import { isVisible } from '../../state/visible.ts';
import { isRefreshed, loadPicture, type Picture } from './load.ts';
import type { Calendar } from './periods.ts';
import type { View } from './view.ts';

const refreshMs = 60_000;

/** What is known of a view. */
export interface PictureState {
  /** The last one there was, which may be of another view. */
  picture: Picture | undefined;
  error: Error | undefined;
  /** Another view than that of the picture is on its way. */
  isLoading: boolean;
  retry: () => void;
}

/** Loads a view whenever it is another, and every minute while it goes on. */
export function usePicture(view: View, calendar: Calendar): PictureState {
  const [picture, setPicture] = useState<Picture>();
  const [error, setError] = useState<Error>();
  const [attempt, setAttempt] = useState(0);
  const latest = useRef({ view, calendar });
  latest.current = { view, calendar };
  const key = keyOf(view);

  async function load(signal: AbortSignal) {
    const isDevice = (id: string) => devicesById.peek().has(id);
    try {
      const now = { at: Date.parse(home.value.peek()?.at ?? ''), zone: timeZone.peek() };
      setPicture(await loadPicture(view, { calendar, now, isDevice }, signal));
      setError(undefined);
    } catch (reason) {
      if (!signal.aborted) setError(reason as Error);
    }
  }

  useEffect(() => {
    const controller = new AbortController();
    void load(controller.signal);
    return () => controller.abort();
  }, [key, attempt]);

  useEffect(() => {
    const timer = setInterval(() => {
      const { view: shown, calendar: present } = latest.current;
      if (isVisible.peek() && isRefreshed(shown, present.today)) setAttempt((count) => count + 1);
    }, refreshMs);
    return () => clearInterval(timer);
  }, []);

  return {
    picture,
    error,
    isLoading: picture === undefined || keyOf(picture.view) !== key,
    retry: () => setAttempt((count) => count + 1),
  };
}

/** What the numbers of a view depend on. */
function keyOf({ from, to, step, targets, direction, split }: View): string {
  return JSON.stringify([from, to, step, targets, direction, split]);
}
