import { expect, test } from 'vitest';
import { createUsage } from '../../src/http/routes/usage.ts';
import { ControlledDaemon } from '../support/control.ts';
import { checkAnswer, startRoutes } from './routes.ts';

const laptop = '3c5282000001';
const none = { download: 0, upload: 0, localDownload: 0, localUpload: 0, packets: 0 };

/** The route on a ledger with three days, the last one not yet on disk. */
async function start() {
  const daemon = new ControlledDaemon();
  daemon
    .add(
      { device: laptop, at: Date.parse('2026-10-31T12:00:00Z'), download: 5, packets: 1 },
      { device: 'ip:10.9.9.9', at: Date.parse('2026-11-19T12:00:00Z'), upload: 7, packets: 2 },
    )
    .ask('checkpoint');
  daemon.add({
    device: laptop,
    at: Date.parse('2026-11-20T08:30:00Z'),
    download: 9,
    localUpload: 3,
    packets: 4,
  });
  const showUsage = createUsage(daemon.queries.usage);
  const { ask } = await startRoutes({ handlers: { showUsage } });
  return { daemon, ask };
}

test('without parameters: today, by day, as described', async () => {
  const { ask } = await start();
  const answer = await ask('/api/v1/usage');
  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(answer.body).toEqual({
    from: '2026-11-20',
    to: '2026-11-20',
    step: 'day',
    timeZone: 'Europe/Berlin',
    usage: [
      {
        start: '2026-11-20',
        device: laptop,
        name: 'Hewlett Packard 00:00:01',
        ...none,
        download: 9,
        localUpload: 3,
        packets: 4,
      },
    ],
  });
  checkAnswer('/api/v1/usage', answer);
});

test('days, months and hours, of devices or of the network, oldest first', async () => {
  const { ask } = await start();
  const rows = async (query: string) => {
    const answer = await ask(`/api/v1/usage?from=2026-10-01&to=2026-11-20&${query}`);
    checkAnswer('/api/v1/usage', answer);
    return (answer.body as { usage: unknown[] }).usage;
  };
  expect(await rows('direction=download')).toEqual([
    { start: '2026-10-31', device: laptop, name: 'Hewlett Packard 00:00:01', download: 5 },
    { start: '2026-11-19', device: 'ip:10.9.9.9', name: '10.9.9.9', download: 0 },
    { start: '2026-11-20', device: laptop, name: 'Hewlett Packard 00:00:01', download: 9 },
  ]);
  expect(await rows('step=month&by=network&direction=upload')).toEqual([
    { start: '2026-10', upload: 0 },
    { start: '2026-11', upload: 7 },
  ]);
  expect(await rows(`step=hour&direction=local&devices=${laptop}`)).toEqual([
    {
      start: '2026-10-31T12:00:00.000Z',
      device: laptop,
      name: 'Hewlett Packard 00:00:01',
      localDownload: 0,
      localUpload: 0,
    },
    {
      start: '2026-11-20T08:00:00.000Z',
      device: laptop,
      name: 'Hewlett Packard 00:00:01',
      localDownload: 0,
      localUpload: 3,
    },
  ]);
  expect(await rows('devices=10.9.9.9,3c:52:82:00:00:01&direction=upload')).toHaveLength(3);
});

test('an empty range is an empty list, and a table with its heading', async () => {
  const { ask } = await start();
  const range = 'from=2020-01-01&to=2020-01-31';
  expect(await ask(`/api/v1/usage?${range}`)).toMatchObject({ status: 200, body: { usage: [] } });
  const csv = await ask(`/api/v1/usage?${range}&format=csv`);
  expect(csv.text).toBe('start,device,name,download,upload,localDownload,localUpload,packets\r\n');
});

test('a spreadsheet gets rows that it does not take for formulas', async () => {
  const { ask, daemon } = await start();
  daemon.ask('device/rename', { device: laptop, name: '=cmd|"A1", b' });
  const csv = await ask('/api/v1/usage?format=csv&direction=download');
  expect(csv).toMatchObject({
    status: 200,
    headers: {
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': 'attachment; filename="lanledger-2026-11-20-2026-11-20-day.csv"',
    },
    text: `start,device,name,download\r\n2026-11-20,${laptop},"'=cmd|""A1"", b",9\r\n`,
  });
  const network = await ask('/api/v1/usage?format=csv&by=network');
  expect(network.text).toBe(
    'start,download,upload,localDownload,localUpload,packets\r\n2026-11-20,9,0,0,3,4\r\n',
  );
  daemon.ask('group/set', { name: '+Kids', devices: [laptop] });
  const groups = await ask('/api/v1/usage?format=csv&by=group&direction=download');
  expect(groups.text).toBe("start,group,name,download\r\n2026-11-20,g1,'+Kids,9\r\n");
});

test.each([
  ['from=2026-11-21&to=2026-11-20', 400, 'from'],
  ['from=2026-11-31', 400, 'from'],
  ['from=yesterday', 400, 'from'],
  ['step=year', 400, 'step'],
  ['format=xml', 400, 'format'],
  ['devices=', 400, 'devices.0'],
  ['step=hour&from=2020-01-01', 400, 'from'],
  ['devices=nobody', 404, undefined],
])('%s is refused with %i', async (query, status, field) => {
  const { ask } = await start();
  const answer = await ask(`/api/v1/usage?${query}`);
  expect(answer).toMatchObject({ status, body: field === undefined ? {} : { field } });
  checkAnswer('/api/v1/usage', answer);
});
