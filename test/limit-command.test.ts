import { afterEach, expect, test, vi } from 'vitest';
import { startCommandLine } from './support/command-line.ts';
import { ControlledDaemon } from './support/control.ts';

const phone = '3c5282000001';

afterEach(() => {
  vi.restoreAllMocks();
});

/** The command line beside a daemon with one device. */
function start() {
  const daemon = new ControlledDaemon();
  daemon.add({ device: phone, at: daemon.clock.now(), download: 5_000_000 });
  return startCommandLine(daemon);
}

test('groups and limits are made, listed and removed', async () => {
  const run = await start();
  expect(await run('group', 'add', 'Kids', phone, '--icon', 'mdi:home')).toBe('g1 is Kids.\n');
  expect(await run('group', 'set', 'kids', 'Children', phone)).toBe('g1 is Children.\n');
  expect(JSON.parse(await run('groups', '--json'))).toMatchObject({
    groups: [{ id: 'g1', name: 'Children', icon: null, devices: [phone] }],
  });
  expect(await run('groups')).toContain(`│ g1 │ Children │ ${phone} │ 1      │ 5 MB `);

  const setting = ['limit', 'set', 'Children', '9.5MiB', '--warning', '50', '-p', 'week'];
  expect(await run(...setting)).toBe('The limit g1/week/both is set.\n');
  expect(await run('limit', 'set', 'network', '20GB', '-d', 'upload')).toBe(
    'The limit network/month/upload is set.\n',
  );
  expect(JSON.parse(await run('limits', '--json'))).toMatchObject({
    limits: [
      { id: 'g1/week/both', bytes: 9_961_472, warningPercent: 50 },
      { id: 'network/month/upload', bytes: 20_000_000_000, warningPercent: 80 },
    ],
  });
  expect(await run('limits')).toContain(
    '│ g1/week/both         │ Children │ 2026-11-16 │ 2026-11-23 │ 5 MB │ 9.96 MB │ 50.2 % │ warning │',
  );
  expect(await run('limit', 'remove', 'network', '-d', 'upload')).toBe('Done.\n');
  expect(await run('group', 'remove', 'Children')).toBe('Done.\n');
  expect(JSON.parse(await run('limits', '--json'))).toEqual({ limits: [] });
});

test('what cannot be is refused with a sentence', async () => {
  const run = await start();
  await expect(run('limit', 'set', 'network', '5 apples')).rejects.toThrow(
    '"5 apples" is no size: use a form such as 500MB, 1.5GB or 20GiB.',
  );
  await expect(run('limit', 'set', 'network', '5GB', '--warning', '33.3')).rejects.toThrow(
    "option '--warning <percent>' argument '33.3' is invalid. Give a whole number from 1 to 100.",
  );
  await expect(run('limit', 'set', 'nobody', '5GB')).rejects.toThrow(
    'There is no device or group "nobody".',
  );
  await expect(run('group', 'remove', 'nobody')).rejects.toThrow('There is no group "nobody".');
});
