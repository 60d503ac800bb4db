import { signal, type ReadonlySignal } from '@preact/signals';
import { call, type Answer, type Input, type Operation } from '../api/client.ts';

/** The latest answer to a question, kept fresh. */
export interface Resource<Value> {
  /** Undefined until the first answer; an error leaves the last answer standing. */
  value: ReadonlySignal<Value | undefined>;
  /** Why the last question has no answer. */
  error: ReadonlySignal<Error | undefined>;
  /** Asks again; what was on its way is dropped. Never rejects. */
  refresh(): Promise<void>;
}

/** Asks when told to; `input` is evaluated at each question. */
export function createResource<Name extends Operation>(
  name: Name,
  input: () => Input<Name>,
): Resource<Answer<Name>> {
  const value = signal<Answer<Name>>();
  const error = signal<Error>();
  let current = new AbortController();
  return {
    value,
    error,
    async refresh() {
      current.abort();
      const mine = new AbortController();
      current = mine;
      try {
        const answer = await call(name, input(), mine.signal);
        if (mine.signal.aborted) return;
        value.value = answer;
        error.value = undefined;
      } catch (reason) {
        if (!mine.signal.aborted) error.value = reason as Error;
      }
    },
  };
}
