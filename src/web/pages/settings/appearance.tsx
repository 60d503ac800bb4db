import { formatBytes, formatRate } from '../../format/bytes.ts';
import { formatAgo, formatInstant, formatLongDay } from '../../format/dates.ts';
import { Card } from '../../parts/card.tsx';
import { Choice } from '../../parts/choice.tsx';
import { home, today } from '../../state/home.ts';
import { byteUnits, theme } from '../../state/preferences.ts';

const hourMs = 3_600_000;

/** What this browser shows in its own way. */
export function Appearance() {
  return (
    <Card title="Appearance" span={6}>
      <p class="muted">For this browser alone.</p>
      <div class="field">
        <span class="label">Theme</span>
        <Choice
          label="Theme"
          options={[
            { value: 'auto', label: 'As the system' },
            { value: 'light', label: 'Light' },
            { value: 'dark', label: 'Dark' },
          ]}
          value={theme.value}
          onChange={(chosen) => {
            theme.value = chosen;
          }}
        />
      </div>
      <div class="field">
        <span class="label">Units</span>
        <Choice
          label="Units"
          options={[
            { value: 'decimal', label: 'MB, GB: 1000' },
            { value: 'binary', label: 'MiB, GiB: 1024' },
          ]}
          value={byteUnits.value}
          onChange={(chosen) => {
            byteUnits.value = chosen;
          }}
        />
      </div>
      <Preview />
    </Card>
  );
}

/** How numbers and dates look, in the language of the browser. */
function Preview() {
  const at = home.value.value?.at;
  const now = at === undefined ? undefined : Date.parse(at);
  return (
    <div class="settings-preview">
      <h3 class="muted small">Preview</h3>
      <dl class="settings-facts">
        <dt>Amounts</dt>
        <dd class="row">
          {[812, 45_600_000, 1_234_567_890].map((each) => (
            <span key={each} class="settings-amount">
              {formatBytes(each)}
            </span>
          ))}
        </dd>
        <dt>Speed</dt>
        <dd>{formatRate(2_340_000)}</dd>
        <dt>Day</dt>
        <dd>{today.value === '' ? '…' : formatLongDay(today.value)}</dd>
        <dt>Time</dt>
        <dd>
          {now === undefined
            ? '…'
            : `${formatInstant(now - 2 * hourMs)} (${formatAgo(now - 2 * hourMs, now)})`}
        </dd>
      </dl>
    </div>
  );
}
