import { mdiAlertCircle, mdiAlertOctagon, mdiCheckCircle } from '@mdi/js';
import type { Limit } from '../api/operations.ts';
import { formatBytes } from '../format/bytes.ts';
import { formatDay, formatDaysAhead } from '../format/dates.ts';
import { formatPercent } from '../format/numbers.ts';
import { today } from '../state/home.ts';
import { Icon } from './icon.tsx';
import './limit-state.css';

const states = {
  ok: { icon: mdiCheckCircle, words: 'Within the limit' },
  warning: { icon: mdiAlertCircle, words: 'Warning: close to the limit' },
  exceeded: { icon: mdiAlertOctagon, words: 'Limit exceeded' },
};

/** How a limit stands: a bar, amount and percent, words, and when it starts again. */
export function LimitState({ limit }: { limit: Limit }) {
  const { bytes, usedBytes, warningPercent, level, next } = limit;
  const { icon, words } = states[level];
  const share = usedBytes / bytes;
  return (
    <div class="limit-state">
      <p class="limit-state-figures">
        <span>
          <strong>{formatBytes(usedBytes)}</strong> of {formatBytes(bytes)}
        </span>
        <span class="number">{formatPercent(share < 1 ? Math.min(share, 0.99) : share)}</span>
      </p>
      <div class="limit-state-bar">
        <div class="bar">
          <span class={level} style={{ width: `${Math.min(share, 1) * 100}%` }} />
        </div>
        {warningPercent < 100 && (
          <span class="limit-state-mark" style={{ insetInlineStart: `${warningPercent}%` }} />
        )}
      </div>
      <p class="limit-state-words">
        <span class={`limit-state-level ${level}`}>
          <Icon path={icon} />
          {words}
        </span>
        <span class="muted small">
          Next period: {formatDaysAhead(next, today.value)}, {formatDay(next)}
        </span>
      </p>
    </div>
  );
}
