import { effect, signal } from '@preact/signals';
import { rates } from './home.ts';
import type { Sample } from './sample.ts';

const keptSeconds = 300;

/** The last five minutes, oldest first; empty when the page opens. */
export const throughput = signal<readonly Sample[]>([]);

effect(() => {
  const latest = rates.value;
  if (latest === undefined) return;
  const sample = { at: Date.parse(latest.at), ...latest.network };
  throughput.value = [...throughput.peek().slice(1 - keptSeconds), sample];
});
