import { formatBytes } from '../format/bytes.ts';
import { formatPercentFinely } from '../format/numbers.ts';
import './share-of.css';

/** A part of a whole, both in bytes, as a bar and in percent. */
export function ShareOf({ whole, part }: { whole: number; part: number }) {
  const share = whole === 0 ? 0 : part / whole;
  return (
    <span class="share-of" title={`${formatBytes(part)} of ${formatBytes(whole)}`}>
      <span class="bar">
        <span style={{ width: `${share * 100}%` }} />
      </span>
      <span class="share-of-percent">{formatPercentFinely(share)}</span>
    </span>
  );
}
