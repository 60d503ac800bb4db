import { expect, test } from 'vitest';
import { createProbe } from '../../src/http/routes/probe.ts';
import type { Health } from '../../src/model/report.ts';
import { sampleReport } from '../support/sample-report.ts';
import { checkAnswer, startRoutes } from './routes.ts';

const healthy = sampleReport().health;

async function probe(changes: Partial<Health>) {
  const report = () => sampleReport({ health: { ...healthy, ...changes } });
  const { ask } = await startRoutes({ handlers: { probe: createProbe(report) } });
  const answer = await ask('/health');
  checkAnswer('/health', answer);
  const { status, text } = await ask('/health', { method: 'HEAD' });
  expect({ status, text }).toEqual({ status: answer.status, text: '' });
  return { status: answer.status, body: answer.body };
}

test('all is well', async () => {
  expect(await probe({})).toEqual({ status: 200, body: { status: 'ok' } });
});

test('trouble that a restart does not mend is 200, and does not tell strangers what it is', async () => {
  const answer = await probe({ status: 'degraded', problems: ['The disk is full.'] });
  expect(answer).toEqual({ status: 200, body: { status: 'degraded' } });
});

test('where nothing is metered a restart may help: 503', async () => {
  expect(await probe({ status: 'down', problems: ['x'] })).toEqual({
    status: 503,
    body: { status: 'down' },
  });
});
