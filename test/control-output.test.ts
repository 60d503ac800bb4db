import { expect, onTestFinished, test, vi } from 'vitest';
import { probeHealth, sayDone, showEvents } from '../src/control-output.ts';

test('events have their times in the time zone of the configuration', () => {
  const printed = catchOutput();
  const at = '2026-11-20T23:30:00.000Z';
  const answer = { events: [{ id: 4711, at, type: 'clock-set', message: 'The clock was set.' }] };
  showEvents(answer, 'Asia/Tokyo');
  showEvents(answer, 'America/New_York');
  expect(printed()).toContain('4711 │ 2026-11-21 08:30:00');
  expect(printed()).toContain('4711 │ 2026-11-20 18:30:00');
});

test('what was acknowledged is counted', () => {
  const printed = catchOutput();
  sayDone({ acknowledged: 0 });
  sayDone({ acknowledged: 12 });
  expect(printed()).toBe('Acknowledged: 0.\nAcknowledged: 12.\n');
});

test('a health check fails only where nothing is metered any more', () => {
  const printed = catchOutput();
  onTestFinished(() => (process.exitCode = undefined));
  probeHealth({ status: 'ok' });
  probeHealth({ status: 'degraded' });
  expect(process.exitCode).toBeUndefined();
  probeHealth({ status: 'down' });
  expect(process.exitCode).toBe(1);
  expect(printed()).toBe('ok\ndegraded\ndown\n');
});

/** What is printed from here on. */
function catchOutput(): () => string {
  let printed = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  onTestFinished(() => write.mockRestore());
  return () => printed;
}
