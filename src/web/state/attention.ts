import { computed, signal } from '@preact/signals';
import { call } from '../api/client.ts';
import { createResource } from './resource.ts';

const mostCounted = 99;
const mostAtOnce = 1_000;

/** The newest events that wait to be acknowledged; kept fresh like all that pages share. */
export const attention = createResource('listEvents', () => ({
  acknowledged: false,
  limit: mostCounted + 1,
}));

/** How many wait, as text: empty where none does, `99+` where there are more than need counting. */
export const attentionCount = computed(() => {
  const count = attention.value.value?.events.length ?? 0;
  if (count === 0) return '';
  return count > mostCounted ? `${mostCounted}+` : String(count);
});

/** Ids of the events that were acknowledged last, here or elsewhere. */
export const acknowledgedLast = signal<readonly number[]>([]);

/** Acknowledges events. Rejects like `call`. */
export async function acknowledge(ids: readonly number[]): Promise<void> {
  for (let at = 0; at < ids.length; at += mostAtOnce) {
    const [first, ...others] = ids.slice(at, at + mostAtOnce);
    if (first === undefined) break;
    await call('acknowledgeEvents', { events: [first, ...others] });
    acknowledgedLast.value = [first, ...others];
  }
  await attention.refresh();
}
