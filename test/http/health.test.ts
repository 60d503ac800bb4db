import { expect, test } from 'vitest';
import type { Health } from '../../src/model/report.ts';
import { sampleAt, sampleReport } from '../support/sample-report.ts';
import { startService } from './service.ts';

const healthy = sampleReport().health;
const withHealth = (changes: Partial<Health>) => ({
  report: () => sampleReport({ health: { ...healthy, ...changes } }),
});

test('all is well', async () => {
  const { get } = await startService();
  const answer = await get('/health');
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({
    status: 'ok',
    problems: [],
    version: '0.1.0',
    startedAt: '2026-11-20T08:00:00.000Z',
    checkpointAt: '2026-11-20T08:59:50.000Z',
    monitors: [
      {
        monitor: 'local',
        lastBatchAt: '2026-11-20T08:59:59.000Z',
        counters: healthy.monitors[0]?.counters,
      },
    ],
  });
});

test('trouble that a restart does not mend is 200 and named', async () => {
  const { get } = await startService(
    withHealth({ status: 'degraded', problems: ['The disk is full.'] }),
  );
  expect(await get('/health')).toMatchObject({
    status: 200,
    body: { status: 'degraded', problems: ['The disk is full.'] },
  });
});

test('a monitor that has been silent for over a minute is 503', async () => {
  const monitors = healthy.monitors.map((one) => ({ ...one, lastBatchAt: sampleAt - 60_001 }));
  const { get } = await startService(withHealth({ monitors, problems: ['Other.'] }));
  expect(await get('/health')).toMatchObject({
    status: 503,
    body: { status: 'down', problems: ['No monitor meters traffic any more.', 'Other.'] },
  });
});

test('one living monitor is enough', async () => {
  const dead = healthy.monitors.map((one) => ({ ...one, monitor: 'attic', lastBatchAt: 0 }));
  const { get } = await startService(withHealth({ monitors: [...dead, ...healthy.monitors] }));
  expect((await get('/health')).status).toBe(200);
});

test.each([
  [60_000, 200],
  [60_001, 503],
])('%i ms after a start without any monitor: %i', async (ms, status) => {
  const started = { startedAt: sampleAt - ms, checkpointAt: 0, monitors: [] };
  const { get } = await startService(withHealth(started));
  expect(await get('/health')).toMatchObject({ status, body: { checkpointAt: null } });
});
