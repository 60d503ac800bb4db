import { expect, onTestFinished, test, vi } from 'vitest';
import { showEvents } from '../src/control-output.ts';

test('events have their times in the time zone of the configuration', () => {
  let printed = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  onTestFinished(() => write.mockRestore());
  const at = '2026-11-20T23:30:00.000Z';
  const answer = { events: [{ id: 1, at, type: 'clock-set', message: 'The clock was set.' }] };
  showEvents(answer, 'Asia/Tokyo');
  showEvents(answer, 'America/New_York');
  expect(printed).toContain('2026-11-21 08:30:00');
  expect(printed).toContain('2026-11-20 18:30:00');
});
