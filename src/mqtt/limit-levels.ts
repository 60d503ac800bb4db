import { limitKey, NETWORK_TARGET } from '../model/limit.ts';
import type { LimitReport } from '../model/report.ts';
import type { Topics } from './topics.ts';

/** Topics of whom a limit has changed its level since `before`, and the levels by limit as they are. */
export function urgentTopics(
  limits: readonly LimitReport[],
  before: ReadonlyMap<string, string>,
  topics: Pick<Topics, 'network' | 'device' | 'group'>,
): { urgent: Set<string>; levels: Map<string, string> } {
  const urgent = new Set<string>();
  const levels = new Map<string, string>();
  for (const limit of limits) {
    const key = limitKey(limit);
    levels.set(key, limit.level);
    if ((before.get(key) ?? 'ok') === limit.level) continue;
    const { target } = limit;
    const own =
      target === NETWORK_TARGET ? [topics.network] : [topics.device(target), topics.group(target)];
    for (const topic of own) if (topic !== undefined) urgent.add(topic);
  }
  return { urgent, levels };
}
