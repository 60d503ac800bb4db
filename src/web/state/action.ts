import { useState } from 'preact/hooks';

/**
 * Something a button does at once: `run` never rejects, and does nothing while it is busy, so that the button need not be
 * disabled, which would take its focus away. `error` is to be shown beside the button.
 */
export function useAction(act: () => Promise<unknown>) {
  const [error, setError] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);
  function run() {
    if (isBusy) return;
    setIsBusy(true);
    setError(undefined);
    act()
      .catch((reason: unknown) => setError((reason as Error).message))
      .finally(() => setIsBusy(false));
  }
  return { run, error, isBusy };
}
