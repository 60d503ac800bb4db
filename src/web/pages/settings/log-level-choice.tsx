import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import type { LogLevel } from '../../api/operations.ts';
import { Choice } from '../../parts/choice.tsx';
import { Problem } from '../../parts/problem.tsx';
import { health } from '../../state/home.ts';
import { settingOf } from './configuration.ts';

const options = [
  { value: 'error', label: 'Errors' },
  { value: 'warn', label: 'Warnings' },
  { value: 'info', label: 'Info' },
  { value: 'debug', label: 'Debug' },
] as const;

/** What was chosen here last, for one run: the daemon does not tell a level that differs from its configuration. */
const chosen = signal<{ level: LogLevel; startedAt: string | undefined }>();

/** How much the daemon writes to its log. */
export function LogLevelChoice() {
  const [error, setError] = useState<string>();
  async function choose(level: LogLevel) {
    setError(undefined);
    try {
      await call('setLogLevel', { level });
      chosen.value = { level, startedAt: health.value.value?.startedAt };
    } catch (reason) {
      setError((reason as Error).message);
    }
  }
  return (
    <div class="field">
      <span class="label">Log, until LanLedger restarts</span>
      <Choice<LogLevel | ''>
        label="Log level"
        options={options}
        value={presentLevel()}
        onChange={(level) => {
          if (level !== '') void choose(level);
        }}
      />
      <Problem class="small" message={error} />
    </div>
  );
}

function presentLevel(): LogLevel | '' {
  const { level, startedAt } = chosen.value ?? {};
  if (level !== undefined && startedAt === health.value.value?.startedAt) return level;
  const configured = settingOf('log.level');
  return options.find(({ value }) => value === configured)?.value ?? '';
}
