import { afterEach, expect, test, vi } from 'vitest';
import { startCommandLine } from './support/command-line.ts';
import { ControlledDaemon } from './support/control.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Events 1 to 3 want attention, 4 does not. */
async function start() {
  const daemon = new ControlledDaemon();
  for (const type of ['device-new', 'clock-set', 'interface-down', 'interface-up'] as const) {
    daemon.bookkeeper.events.add(type, `It was ${type}.`);
  }
  const run = await startCommandLine(daemon);
  const idsOf = async (...options: string[]) => {
    const answer = JSON.parse(await run('events', '--json', ...options)) as {
      events: { id: number }[];
    };
    return answer.events.map(({ id }) => id);
  };
  return { run, idsOf };
}

test('events are acknowledged by id, or all of them', async () => {
  const { run, idsOf } = await start();
  expect(await run('events', '--unacknowledged', '--type', 'clock-set')).toContain(
    '│ 2  │ 2026-11-20 10:00:00 │ clock-set │ It was clock-set. │',
  );
  expect(await idsOf()).toEqual([4, 3, 2, 1]);
  expect(await idsOf('--unacknowledged')).toEqual([3, 2, 1]);
  expect(await run('acknowledge', '1', '3', '4', '99')).toBe('Acknowledged: 2.\n');
  expect(await idsOf('--unacknowledged')).toEqual([2]);
  expect(await run('acknowledge', '--all')).toBe('Acknowledged: 1.\n');
  expect(await run('acknowledge', '--all')).toBe('Acknowledged: 0.\n');
  expect(await idsOf('--unacknowledged')).toEqual([]);
});

test('what is to be acknowledged has to be said', async () => {
  const { run, idsOf } = await start();
  const which =
    'Give the ids of the events to acknowledge, as "lanledger events" lists them, or --all.';
  await expect(run('acknowledge')).rejects.toThrow(which);
  await expect(run('acknowledge', '1', '--all')).rejects.toThrow(which);
  await expect(run('acknowledge', 'yesterday')).rejects.toThrow(
    "command-argument value 'yesterday' is invalid for argument 'ids'. Give a whole number.",
  );
  expect(await idsOf('--unacknowledged')).toEqual([3, 2, 1]);
});
