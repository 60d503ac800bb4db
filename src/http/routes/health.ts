import type { RequestHandler } from 'express';
import type { Report } from '../../model/report.ts';

/** A monitor closes a batch every second, traffic or not; one that says nothing for this long is dead. */
const silentMs = 60_000;

/**
 * `GET /health` -> `{status, problems, version, startedAt, checkpointAt, monitors: [...]}`, times in ISO 8601, UTC.
 *
 * The status code is made for a container's health check, which restarts what is unhealthy: 503 (`status: "down"`) only
 * when no monitor works any more, because then nothing is metered and a restart may help. What a restart does not mend,
 * or makes worse (broker or disk trouble, an interface without a cable), is 200 with `status: "degraded"` and the
 * `problems`. A start without any monitor is given the same minute, so `wget -q -O /dev/null http://127.0.0.1:8777/health`
 * needs no grace period. `checkpointAt` is null before the first checkpoint.
 */
export function showHealth(report: () => Report, version: string): RequestHandler {
  return (_request, response) => {
    const { at, health } = report();
    const lastSign = Math.max(health.startedAt, ...health.monitors.map((one) => one.lastBatchAt));
    const down = at - lastSign > silentMs;
    response.status(down ? 503 : 200).json({
      status: down ? 'down' : health.status,
      problems: down
        ? ['No monitor meters traffic any more.', ...health.problems]
        : health.problems,
      version,
      startedAt: new Date(health.startedAt).toISOString(),
      checkpointAt: health.checkpointAt === 0 ? null : new Date(health.checkpointAt).toISOString(),
      monitors: health.monitors.map(({ monitor, lastBatchAt, counters }) => ({
        monitor,
        lastBatchAt: new Date(lastBatchAt).toISOString(),
        counters,
      })),
    });
  };
}
