import type { MonitorCounters } from './model/batch.ts';
import type { Health, MonitorHealth } from './model/report.ts';

export interface HealthParts {
  /** By the clock that does not step, like `begunAt` and each monitor's `heardAt`: who sets the wall clock silences nobody. */
  now: number;
  begunAt: number;
  version: string;
  startedAt: number;
  checkpointAt: number;
  checkpointFailure: string | undefined;
  memoryProblem: string | undefined;
  monitors: readonly MonitorHealth[];
}

/** A monitor reports every second; silence for this long is trouble. */
const SILENCE_MS = 15_000;
/** After this long a monitor does not come back by itself. */
const DEAD_MS = 60_000;

/** What works and what needs attention, in sentences. */
export function buildHealth(parts: HealthParts): Health {
  const { version, startedAt, checkpointAt, monitors, checkpointFailure, memoryProblem } = parts;
  const problems = [
    ...monitors.flatMap((monitor) => monitorProblems(monitor, parts.now)),
    ...[checkpointFailure, memoryProblem].filter((problem) => problem !== undefined),
  ];
  if (isDown(parts)) {
    problems.unshift('No monitor meters traffic any more: a restart may help.');
    return { status: 'down', problems, version, startedAt, checkpointAt, monitors: [...monitors] };
  }
  const status = problems.length === 0 ? 'ok' : 'degraded';
  return { status, problems, version, startedAt, checkpointAt, monitors: [...monitors] };
}

/** A start without any monitor is given the same time. */
function isDown({ now, begunAt, monitors }: HealthParts): boolean {
  return now - Math.max(begunAt, ...monitors.map((one) => one.heardAt)) > DEAD_MS;
}

function monitorProblems({ monitor, heardAt, counters }: MonitorHealth, now: number): string[] {
  const silent =
    now - heardAt > SILENCE_MS ? [`Capture (${monitor}) has not reported for a while.`] : [];
  return [...silent, ...captureProblems(counters)];
}

function captureProblems({ interfaces }: MonitorCounters): string[] {
  const down = interfaces
    .filter(({ up }) => !up)
    .map(({ name }) => `Interface ${name} is down or gone: its traffic is not metered.`);
  const lossy = interfaces
    .filter(({ received, dropped }) => dropped > 0.001 * (received + dropped))
    .map(
      ({ name, dropped }) =>
        `Interface ${name} lost ${dropped} frames because the machine was busy: raise capture.ringMebibytes.`,
    );
  return [...down, ...lossy];
}
