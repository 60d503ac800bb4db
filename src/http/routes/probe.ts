import type { Report } from '../../model/report.ts';
import type { Handler } from '../router.ts';

/**
 * `GET /health`: `Probe` of model/schemas.json, made for a container's health check, which restarts what is unhealthy: 503
 * only when nothing is metered any more. What a restart does not mend, or makes worse (broker or disk trouble, an interface
 * without a cable), is 200 with `degraded`.
 */
export function createProbe(report: () => Report): Handler {
  return ({ response }) => {
    const { status } = report().health;
    response.status(status === 'down' ? 503 : 200).json({ status });
  };
}
