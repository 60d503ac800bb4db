import { formatBytes } from '../../format/bytes.ts';
import { formatDay } from '../../format/dates.ts';
import { addDays } from '../../format/days.ts';
import { Card } from '../../parts/card.tsx';
import { home } from '../../state/home.ts';
import { timeLeft } from './time-left.ts';

/** Without a limit there is something to tell as soon as something was used. */
export function hasBillingPeriod(): boolean {
  const billing = home.value.value?.network.billing;
  return billing !== undefined && (billing.limitBytes !== null || billing.forecastBytes > 0);
}

/** The provider's billing period: used, expected, and what is allowed. */
export function BillingPeriod() {
  const billing = home.value.value?.network.billing;
  if (billing === undefined || !hasBillingPeriod()) return null;
  const { from, next, usedBytes, forecastBytes, limitBytes } = billing;
  const whole = Math.max(limitBytes ?? 0, forecastBytes, usedBytes, 1);
  const level = limitBytes !== null && usedBytes >= limitBytes ? 'exceeded' : '';
  return (
    <Card
      title="Billing period"
      span={4}
      actions={
        <span class="muted small">
          {formatDay(from)} to {formatDay(addDays(next, -1))}
        </span>
      }
    >
      <div class="overview-billing">
        <div class="bar overview-forecast">
          <span class="forecast" style={{ width: `${(100 * forecastBytes) / whole}%` }} />
          <span class={level} style={{ width: `${(100 * usedBytes) / whole}%` }} />
        </div>
        {limitBytes !== null && (
          <span
            class="overview-mark"
            style={{ insetInlineStart: `${(100 * limitBytes) / whole}%` }}
          />
        )}
      </div>
      <dl class="overview-facts">
        <div>
          <dt>Used so far</dt>
          <dd class="number">{formatBytes(usedBytes)}</dd>
        </div>
        <div>
          <dt>Expected by the end</dt>
          <dd
            class={`number ${isTooMuch(forecastBytes, limitBytes) ? 'overview-level warning' : ''}`}
          >
            {formatBytes(forecastBytes)}
          </dd>
        </div>
        {limitBytes !== null && (
          <div>
            <dt>Limit</dt>
            <dd class="number">{formatBytes(limitBytes)}</dd>
          </div>
        )}
      </dl>
      <p class="muted small">
        {outlook(forecastBytes, limitBytes)}
        {timeLeft(next)}
      </p>
    </Card>
  );
}

function isTooMuch(forecastBytes: number, limitBytes: number | null): boolean {
  return limitBytes !== null && forecastBytes > limitBytes;
}

/** `At this rate 6 GB too much; `: what comes before the time that is left. */
function outlook(forecastBytes: number, limitBytes: number | null): string {
  if (limitBytes === null) return '';
  const difference = formatBytes(Math.abs(limitBytes - forecastBytes));
  return isTooMuch(forecastBytes, limitBytes)
    ? `At this rate ${difference} too much; `
    : `At this rate ${difference} will be left; `;
}
