import { expect, test } from 'vitest';
import { buildHealth, type HealthParts } from '../src/health.ts';
import { sampleAt, sampleReport } from './support/sample-report.ts';

/** An hour after the start. */
const now = 3_600_000;

const [living] = sampleReport().health.monitors;
if (living === undefined) throw new Error('the sample has no monitor');

function health(changes: Partial<HealthParts> = {}) {
  const { status, problems } = buildHealth({
    now,
    begunAt: 0,
    version: '0.1.0',
    startedAt: sampleAt - 3_600_000,
    checkpointAt: sampleAt,
    checkpointFailure: undefined,
    memoryProblem: undefined,
    monitors: [living as NonNullable<typeof living>],
    ...changes,
  });
  return [status, ...problems];
}

function monitorSilentFor(ms: number) {
  return { ...(living as NonNullable<typeof living>), heardAt: now - ms };
}

const silent = 'Capture (local) has not reported for a while.';
const dead = 'No monitor meters traffic any more: a restart may help.';

test.each([
  [15_000, ['ok']],
  [15_001, ['degraded', silent]],
  [60_000, ['degraded', silent]],
  [60_001, ['down', dead, silent]],
])('a monitor that has been silent for %i ms', (ms, expected) => {
  expect(health({ monitors: [monitorSilentFor(ms)] })).toEqual(expected);
});

test('one living monitor is enough', () => {
  const attic = { ...monitorSilentFor(1e9), monitor: 'attic' };
  expect(health({ monitors: [attic, monitorSilentFor(0)] })).toEqual([
    'degraded',
    'Capture (attic) has not reported for a while.',
  ]);
});

test.each([
  [60_000, ['ok']],
  [60_001, ['down', dead]],
])('%i ms after a start without any monitor', (ms, expected) => {
  expect(health({ begunAt: now - ms, monitors: [] })).toEqual(expected);
});

test('a ledger that cannot be written needs attention', () => {
  expect(health({ checkpointFailure: 'The disk is full.' })).toEqual([
    'degraded',
    'The disk is full.',
  ]);
});

test('memory that is short needs attention', () => {
  expect(health({ memoryProblem: 'Memory is short.' })).toEqual(['degraded', 'Memory is short.']);
});

test('an interface that is down or loses more than one frame in a thousand needs attention', () => {
  const withInterface = (up: boolean, received: number, dropped: number) => {
    const { counters } = monitorSilentFor(0);
    const interfaces = [{ name: 'eth0', up, received, dropped }];
    return health({
      monitors: [{ ...monitorSilentFor(0), counters: { ...counters, interfaces } }],
    });
  };
  expect(withInterface(false, 10, 0)).toEqual([
    'degraded',
    'Interface eth0 is down or gone: its traffic is not metered.',
  ]);
  expect(withInterface(true, 999, 1)).toEqual(['ok']);
  expect(withInterface(true, 998, 2)).toEqual([
    'degraded',
    'Interface eth0 lost 2 frames because the machine was busy: raise capture.ringMebibytes.',
  ]);
});
