import { describe, expect, test } from 'vitest';
import { commandNames } from '../src/commands.ts';
import { checkSchema } from './support/control.ts';
import { home, now, phone, restarted, tablet } from './support/two-devices.ts';

describe('usage', () => {
  test('comes by step, device and direction', () => {
    const daemon = home();
    const all = daemon.ask('usage');
    checkSchema('UsageRows', all);
    expect(all).toEqual({
      from: '2026-11-20',
      to: '2026-11-20',
      step: 'day',
      timeZone: 'Europe/Berlin',
      usage: [
        row(phone, { download: 1000, packets: 1 }),
        row(tablet, { download: 30, upload: 4, packets: 2 }),
      ],
    });
    const network = { by: 'network', step: 'month', direction: 'download' };
    expect(daemon.ask('usage', network)).toMatchObject({
      usage: [{ start: '2026-11', download: 1030 }],
    });
    expect(daemon.ask('usage', { step: 'hour', devices: [tablet], direction: 'local' })).toEqual(
      expect.objectContaining({
        usage: [
          {
            start: '2026-11-20T09:00:00.000Z',
            device: tablet,
            name: 'Hewlett Packard 00:00:02',
            localDownload: 0,
            localUpload: 0,
          },
        ],
      }),
    );
  });

  test('comes by group: a device counts in each of its groups', () => {
    const daemon = home();
    daemon.ask('group/set', { name: 'Nobody', devices: [] });
    daemon.ask('group/set', { name: 'All', devices: [tablet, phone] });
    daemon.ask('group/set', { name: 'Kids', devices: [tablet] });
    daemon.add({ device: tablet, at: now, download: 5, packets: 1 });
    const all = daemon.ask('usage', { by: 'group' });
    checkSchema('UsageRows', all);
    const start = '2026-11-20';
    const none = { localDownload: 0, localUpload: 0 };
    const kids = { start, group: 'g3', name: 'Kids', download: 35, upload: 4, ...none, packets: 3 };
    expect(all).toMatchObject({
      usage: [
        { start, group: 'g2', name: 'All', download: 1035, upload: 4, ...none, packets: 4 },
        kids,
      ],
    });
    const months = { by: 'group', step: 'month', direction: 'download', devices: ['Kids'] };
    expect(daemon.ask('usage', months)).toMatchObject({
      usage: [
        { start: '2026-11', group: 'g2', name: 'All', download: 35 },
        { start: '2026-11', group: 'g3', name: 'Kids', download: 35 },
      ],
    });
    expect(home().ask('usage', { by: 'group' })).toMatchObject({ usage: [] });
  });

  test.each([
    [{ from: '2026-11-21', to: '2026-11-20' }, 'from'],
    [{ from: '2026-02-30' }, 'from'],
    [{ from: '2024-01-01', step: 'hour' }, 'from'],
    [{ to: 'today' }, 'to'],
    [{ step: 'week' }, 'step'],
    [{ devices: [] }, 'devices'],
    [{ device: phone }, 'device'],
  ])('with %j is refused because of %s', (input, field) => {
    expect(home().refusal('usage', input)).toMatchObject({ code: 'REQUEST_INVALID', field });
  });
});

describe('remote addresses', () => {
  test('are named by their usual spelling; what is no address is refused', () => {
    const daemon = home();
    daemon.ask('peer/rename', { address: '2001:0db8:0:0::1', name: ' My\nserver' });
    expect([...daemon.bookkeeper.peerNames]).toEqual([['2001:db8::1', 'My server']]);
    expect(daemon.ask('events', { type: 'peer-renamed' })).toMatchObject({
      events: [{ message: '2001:db8::1 is called My server from now on.' }],
    });
    expect(daemon.refusal('peer/rename', { address: '....', name: 'x' })).toMatchObject({
      field: 'address',
    });
  });

  test('are listed with the rest as "other", and get names that last', () => {
    const daemon = home();
    daemon.ask('peer/rename', { address: '203.0.113.5', name: 'Backup' });
    const expected = {
      from: '2026-11-20',
      to: '2026-11-20',
      device: null,
      peers: [
        { address: '203.0.113.5', name: 'Backup', download: 700, upload: 0 },
        { address: 'other', name: null, download: 330, upload: 4 },
      ],
    };
    expect(daemon.ask('peers')).toEqual(expected);
    checkSchema('Peers', expected);
    const next = restarted(daemon);
    expect(next.ask('peers')).toEqual(expected);
    next.ask('peer/rename', { address: '203.0.113.5', name: null });
    expect(restarted(next).ask('peers', { limit: 1 })).toMatchObject({
      peers: [{ address: '203.0.113.5', name: null }, { address: 'other' }],
    });
  });
});

describe('any command', () => {
  test('that does not exist is refused', () => {
    expect(home().refusal('device/explode')).toEqual({
      code: 'COMMAND_UNKNOWN',
      message: `There is no command "device/explode": ${commandNames.join(', ')}.`,
    });
    expect(home().refusal('__proto__').code).toBe('COMMAND_UNKNOWN');
  });

  test.each([null, 1, 'x', [], { extra: 1 }, JSON.parse('{"__proto__":{"a":1}}')])(
    'refuses the input %j',
    (input) => {
      const daemon = home();
      for (const command of commandNames) {
        expect(daemon.refusal(command, input).code).toBe('REQUEST_INVALID');
      }
    },
  );

  test('refuses an input that is nested deeper than the stack reaches', () => {
    const input: unknown = JSON.parse(`${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`);
    const daemon = home();
    for (const command of commandNames) {
      expect(daemon.refusal(command, input)).toEqual({
        code: 'REQUEST_INVALID',
        message: 'The input is nested more than 16 levels deep.',
        field: 'The input',
      });
    }
    expect(daemon.log).toEqual([]);
  });

  test('leaves its input as it was', () => {
    const input = Object.freeze({ from: '2026-11-20' });
    home().ask('usage', input);
    expect(input).toEqual({ from: '2026-11-20' });
  });

  test('sets the log level, or writes a checkpoint', () => {
    const daemon = home();
    expect(daemon.ask('log/level', { level: 'debug' })).toEqual({ level: 'debug' });
    expect(daemon.log).toEqual(['level debug']);
    expect(daemon.ask('checkpoint')).toEqual({ checkpointAt: '2026-11-20T09:00:00.000Z' });
    expect(daemon.store.lastCheckpointAt()).toBe(now);
  });
});

function row(device: string, usage: object) {
  const name = `Hewlett Packard ${device.slice(-6).replaceAll(/..(?!$)/g, '$&:')}`;
  const none = { download: 0, upload: 0, localDownload: 0, localUpload: 0, packets: 0 };
  return { start: '2026-11-20', device, name, ...none, ...usage };
}
