import { describe, expect, test } from 'vitest';
import { load, refusal } from './sources.ts';

const systemTimeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

describe('WhiteStat names of environment variables', () => {
  test('all of them, as its containers set them', async () => {
    const { config, origins, notes } = await load('', {
      TZ: 'Asia/Tokyo',
      ROLE: 'MONITOR|ANALYZER',
      HOST_INTERFACE: 'eth0|wlan0',
      MONITOR_URL: ':888',
      ANALYZER_PORT: '777',
      DATA_STORE: '/app/data',
    });
    expect(config).toMatchObject({
      dataDirectory: '/app/data',
      timeZone: 'Asia/Tokyo',
      capture: { interfaces: ['eth0', 'wlan0'] },
      http: { port: 777 },
    });
    expect(Object.fromEntries(origins)).toEqual({
      timeZone: 'environment TZ',
      'capture.interfaces': 'environment HOST_INTERFACE',
      'http.port': 'environment ANALYZER_PORT',
      dataDirectory: 'environment DATA_STORE',
    });
    expect(notes).toEqual(['MONITOR_URL is ignored: monitor and analyzer are one process.']);
  });

  test('are stronger than the file and weaker than ours', async () => {
    const { config } = await load('http: { port: 1 }\ncapture: { interfaces: [a] }', {
      ANALYZER_PORT: '2',
      HOST_INTERFACE: 'b,c',
      LANLEDGER_HTTP_PORT: '3',
    });
    expect([config.http.port, config.capture.interfaces]).toEqual([3, ['b', 'c']]);
  });

  test.each(['ANALYZER|MONITOR', 'MONITOR,ANALYZER', ' MONITOR | ANALYZER ', ''])(
    'ROLE=%s is fine',
    async (ROLE) => {
      expect((await load('', { ROLE })).notes).toEqual([]);
    },
  );

  test.each(['MONITOR', 'ANALYZER', 'MONITOR|ANALYSER', 'MONITOR|MONITOR'])(
    'ROLE=%s is refused',
    async (ROLE) => {
      expect(await refusal(load('', { ROLE }))).toBe(
        `ROLE is "${ROLE}", but this release does both in one process: remove ROLE, or set it to MONITOR|ANALYZER.`,
      );
    },
  );

  test.each(['pi:888', '192.168.1.5:888'])('MONITOR_URL=%s is refused', async (MONITOR_URL) => {
    expect(await refusal(load('', { MONITOR_URL }))).toBe(
      'MONITOR_URL names a monitor on another machine, but this release does both in one process: remove MONITOR_URL.',
    );
  });

  test('what belongs to other programs is passed over, and said', async () => {
    const environment = {
      ROLE: 'web',
      MONITOR_URL: 'https://user:secret@uptime.example/',
      DATA_STORE: 'postgres://user:secret@db/',
      HOST_INTERFACE: '',
    };
    const { config, origins, notes } = await load('dataDirectory: /srv', environment);
    expect([config.dataDirectory, origins.size]).toEqual(['/srv', 1]);
    expect(notes).toEqual([
      'ROLE is ignored: it names neither MONITOR nor ANALYZER.',
      'MONITOR_URL is ignored: it is no address of a monitor.',
      'DATA_STORE is ignored: it is no folder (such as /data).',
    ]);
  });

  test.each(['http', '70000'])('ANALYZER_PORT=%s is refused by its name', async (text) => {
    const shown = text === 'http' ? '"http"' : text;
    expect(await refusal(load('', { ANALYZER_PORT: text }))).toBe(
      `ANALYZER_PORT is ${shown}: use a whole number from 0 to 65535.`,
    );
  });
});

describe('TZ', () => {
  test('is weaker than timeZone, in the file, too', async () => {
    const environment = { TZ: 'Asia/Tokyo' };
    expect((await load('timeZone: Europe/Berlin', environment)).config.timeZone).toBe(
      'Europe/Berlin',
    );
  });

  test.each(['Mars/Base', ':/etc/localtime'])('%s leaves UTC, and says so', async (TZ) => {
    const { config, notes } = await load('', { TZ });
    expect(config.timeZone).toBe('UTC');
    expect(notes).toEqual([
      `TZ is "${TZ}", which is no time zone, so days begin in UTC: set it, or timeZone, to a name such as Europe/Berlin.`,
    ]);
  });

  test('empty is as good as absent', async () => {
    const { config, origins } = await load('', { TZ: '' });
    expect([config.timeZone, origins.size]).toEqual([systemTimeZone, 0]);
  });
});
