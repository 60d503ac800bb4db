import type { Limit } from '../../api/operations.ts';
import { formatBytes } from '../../format/bytes.ts';
import { byUrgency, directionNames } from '../../format/limits.ts';
import { Card } from '../../parts/card.tsx';
import { Missing } from '../../parts/missing.tsx';
import { limits } from '../../state/home.ts';
import { linkTo } from '../../state/route.ts';
import { timeLeft } from './time-left.ts';

const shown = 4;
const periodWords = {
  day: 'today',
  week: 'this week',
  month: 'this month',
  billing: 'this billing period',
};

/** The limits that are exceeded or come nearest to it. */
export function NearestLimits() {
  const all = limits.value.value?.limits;
  return (
    <Card title="Limits" span={4} actions={<a href={linkTo({ page: 'limits' })}>All limits</a>}>
      {all === undefined && <Missing resource={limits} />}
      {all?.length === 0 && (
        <p class="muted">
          No limits yet. With one, LanLedger tells you before a data plan is used up, or when a
          device uses more than it should.
        </p>
      )}
      <ul class="list overview-limits">
        {nearest(all ?? []).map((limit) => (
          <LimitRow key={limit.id} limit={limit} />
        ))}
      </ul>
    </Card>
  );
}

function LimitRow({ limit }: { limit: Limit }) {
  const { name, period, direction, bytes, usedBytes, level, next } = limit;
  const percent = Math.min(100, (100 * usedBytes) / bytes);
  return (
    <li>
      <p class="overview-limit-head">
        <a class="overview-name" href={linkTo({ page: 'limits' })} title={name}>
          {name}
        </a>
        <span class={`number overview-level ${level}`}>{remaining(limit)}</span>
      </p>
      <div class="bar">
        <span class={level} style={{ width: `${percent}%` }} />
      </div>
      <p class="overview-limit-foot muted small">
        <span>
          {formatBytes(usedBytes)} of {formatBytes(bytes)} {periodWords[period]}
          {direction !== 'both' && `, ${directionNames[direction].toLowerCase()}`}
        </span>
        <span class="number">{timeLeft(next)}</span>
      </p>
    </li>
  );
}

function remaining({ bytes, usedBytes, level }: Limit): string {
  if (usedBytes >= bytes) return `${formatBytes(usedBytes - bytes)} over`;
  const left = `${formatBytes(bytes - usedBytes)} left`;
  return level === 'exceeded' ? `Exceeded, ${left}` : left;
}

function nearest(all: readonly Limit[]): Limit[] {
  const share = ({ usedBytes, bytes }: Limit) => usedBytes / bytes;
  return all
    .toSorted((one, other) => byUrgency(one, other) || share(other) - share(one))
    .slice(0, shown);
}
