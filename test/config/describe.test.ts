import { expect, test } from 'vitest';
import { describeConfig } from '../../src/config/describe.ts';
import { settings } from '../../src/config/settings.ts';
import { load } from './sources.ts';

test('every key, with its value, origin and meaning', async () => {
  const loaded = await load(
    '',
    { LANLEDGER_LOG_LEVEL: 'warn' },
    { capture: { interfaces: ['a'] } },
  );
  const rows = describeConfig(loaded);
  expect(rows.map(({ key }) => key)).toEqual(settings.map(({ key }) => key));
  const row = (name: string) => rows.find(({ key }) => key === name);
  expect(row('log.level')).toEqual({
    key: 'log.level',
    value: 'warn',
    source: 'environment LANLEDGER_LOG_LEVEL',
    reloadable: true,
    description: 'How much to log: debug, info, warn or error.',
  });
  expect(row('capture.interfaces')).toMatchObject({
    value: ['a'],
    source: 'command line',
    reloadable: false,
  });
  expect(row('http.port')).toMatchObject({ value: 8777, source: 'default' });
});

test('secrets are masked, accounts are left out of URLs, and what is empty stays so', async () => {
  const loaded = await load(
    'mqtt: { url: "mqtt://ann:2468@1357@broker:1884", password: hunter2, embedded: { host: localhost } }',
  );
  const values = Object.fromEntries(describeConfig(loaded).map(({ key, value }) => [key, value]));
  expect(values).toMatchObject({
    'mqtt.url': 'mqtt://broker:1884',
    'mqtt.password': '********',
    'mqtt.embedded.password': '',
  });
  expect(loaded.config.mqtt).toMatchObject({
    url: 'mqtt://ann:2468@1357@broker:1884',
    password: 'hunter2',
  });
});
