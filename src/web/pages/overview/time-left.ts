import { today } from '../../state/home.ts';

const dayMs = 86_400_000;

/** `until midnight` or `10 days left`: from today to the day on which something begins anew. */
export function timeLeft(next: string): string {
  const days = Math.round((Date.parse(next) - Date.parse(today.value)) / dayMs);
  return days <= 1 ? 'until midnight' : `${days} days left`;
}
