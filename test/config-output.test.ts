import { expect, onTestFinished, test, vi } from 'vitest';
import { showConfig } from '../src/config-output.ts';
import { settings } from '../src/config/settings.ts';
import { fileOf } from './config/sources.ts';

/** What the command prints. */
async function output(options: { json?: boolean }): Promise<{ file: string; text: string }> {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  onTestFinished(() => write.mockRestore());
  const file = fileOf('http: { port: 80 }\nmqtt: { password: hunter2 }');
  const environment = { HOST_INTERFACE: 'eth0|eth1', MONITOR_URL: ':888' };
  const commandLine = { dataDirectory: '/data' };
  await showConfig({ file, environment, commandLine }, options);
  return { file, text: write.mock.calls.map(([part]) => String(part)).join('') };
}

test('the table tells where each value comes from, and no secret', async () => {
  const { file, text } = await output({});
  const rows = text.split('\n').map((line) => line.split('│').map((cell) => cell.trim()));
  const row = (name: string) => rows.find(([, key]) => key === name)?.slice(1, -1);
  expect(row('Key')).toEqual(['Key', 'Value', 'From']);
  expect(row('dataDirectory')).toEqual(['dataDirectory', '/data', 'command line']);
  expect(row('capture.interfaces')?.slice(1)).toEqual(['eth0, eth1', 'environment HOST_INTERFACE']);
  expect(row('http.port')?.slice(1)).toEqual(['80', `file ${file}`]);
  expect(row('mqtt.password')?.slice(1)).toEqual(['********', `file ${file}`]);
  expect(row('log.level')?.slice(1)).toEqual(['info', 'default']);
  expect(text).not.toContain('hunter2');
  expect(text).toMatch(/┘\nMONITOR_URL is ignored: monitor and analyzer are one process\.\n$/);
});

test('JSON tells the same', async () => {
  const { file, text } = await output({ json: true });
  const { settings: rows, notes } = JSON.parse(text) as { settings: object[]; notes: string[] };
  expect(rows).toHaveLength(settings.length);
  expect(rows).toContainEqual({
    key: 'mqtt.password',
    value: '********',
    source: `file ${file}`,
    reloadable: false,
    description: 'Password at the broker.',
  });
  expect(notes).toEqual(['MONITOR_URL is ignored: monitor and analyzer are one process.']);
  expect(text).not.toContain('hunter2');
});
