import { signal, type ReadonlySignal } from '@preact/signals';
import { call, Unreachable, type Answer, type Input, type Operation } from '../api/client.ts';

/** The latest answer to a question, kept fresh. */
export interface Resource<Value> {
  /** Undefined until the first answer; an error leaves the last answer standing. */
  value: ReadonlySignal<Value | undefined>;
  /** Why the last question has no answer. */
  error: ReadonlySignal<Error | undefined>;
  /** Asks again; what was on its way is dropped. Resolves with the answer to the latest question. Never rejects. */
  refresh(): Promise<void>;
  /** Drops what is on its way: nobody waits for it any longer. */
  drop(): void;
}

/**
 * Asks when told to; `input` is evaluated at each question. Where `patienceMs` is given, an answer that takes longer is
 * waited for as an error.
 */
export function createResource<Name extends Operation>(
  name: Name,
  input: () => Input<Name>,
  patienceMs?: number,
): Resource<Answer<Name>> {
  const value = signal<Answer<Name>>();
  const error = signal<Error>();
  let current = new AbortController();
  let latest = Promise.resolve();
  async function ask(mine: AbortController): Promise<void> {
    const tooLate = () => {
      error.value = new Unreachable();
    };
    const timer = patienceMs === undefined ? undefined : setTimeout(tooLate, patienceMs);
    try {
      const answer = await call(name, input(), mine.signal);
      if (mine.signal.aborted) return latest;
      value.value = answer;
      error.value = undefined;
    } catch (reason) {
      if (mine.signal.aborted) return latest;
      error.value = reason as Error;
    } finally {
      clearTimeout(timer);
    }
    return undefined;
  }
  return {
    value,
    error,
    refresh() {
      current.abort();
      current = new AbortController();
      latest = ask(current);
      return latest;
    },
    drop() {
      latest = Promise.resolve();
      current.abort();
    },
  };
}
