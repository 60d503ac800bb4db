import { expect, test } from 'vitest';
import { historyOf, startService, type Entry } from './service.ts';

const laptop = '020000000101';
const entries: Entry[] = [
  { device: 'aabbccddeeff', day: 20261120, usage: { download: 5, packets: 1 } },
  { device: laptop, day: 20261120, usage: { download: 100, upload: 10, packets: 3 } },
  { device: laptop, day: 20261119, usage: { download: 50, localUpload: 7, packets: 2 } },
  { device: 'ip:10.9.9.9', day: 20261101, usage: { upload: 1, localDownload: 2, packets: 1 } },
];

const none = { download: 0, upload: 0, localDownload: 0, localUpload: 0, packets: 0 };

test('without parameters: today, by day, largest download first', async () => {
  const { get } = await startService({ history: historyOf(entries) });
  const answer = await get('/api/v1/usage');
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({
    from: '2026-11-20',
    to: '2026-11-20',
    step: 'day',
    timeZone: 'Europe/Berlin',
    devices: [
      {
        id: laptop,
        name: 'Laptop',
        usage: [{ start: '2026-11-20', ...none, download: 100, upload: 10, packets: 3 }],
      },
      {
        id: 'aabbccddeeff',
        name: 'Example aa:bb:cc',
        usage: [{ start: '2026-11-20', ...none, download: 5, packets: 1 }],
      },
    ],
    network: [{ start: '2026-11-20', ...none, download: 105, upload: 10, packets: 4 }],
  });
});

test('days are sorted, and a device the report does not know goes by its id', async () => {
  const { get } = await startService({ history: historyOf(entries) });
  const { body } = await get('/api/v1/usage?from=2026-11-01&to=2026-11-20&step=day');
  expect(body).toMatchObject({
    devices: [
      { id: laptop, usage: [{ start: '2026-11-19' }, { start: '2026-11-20' }] },
      { id: 'aabbccddeeff' },
      { id: 'ip:10.9.9.9', name: 'ip:10.9.9.9' },
    ],
    network: [
      { start: '2026-11-01', ...none, upload: 1, localDownload: 2, packets: 1 },
      { start: '2026-11-19', ...none, download: 50, localUpload: 7, packets: 2 },
      { start: '2026-11-20', ...none, download: 105, upload: 10, packets: 4 },
    ],
  });
});

test('the largest download of the whole range comes first, then the smaller id', async () => {
  const history = historyOf([
    { device: 'd', day: 20261118, usage: { download: 5 } },
    { device: 'c', day: 20261118, usage: { download: 5 } },
    { device: 'b', day: 20261118, usage: { download: 7 } },
    { device: 'a', day: 20261118, usage: { download: 6 } },
    { device: 'c', day: 20261119, usage: { download: 5 } },
    { device: 'd', day: 20261119, usage: { download: 5 } },
  ]);
  const { get } = await startService({ history });
  const { body } = await get('/api/v1/usage?from=2026-11-18');
  expect(body).toMatchObject({ devices: ['c', 'd', 'b', 'a'].map((id) => ({ id })) });
});

test('months', async () => {
  const { get } = await startService({ history: historyOf(entries) });
  const { body } = await get('/api/v1/usage?from=2026-11-01&step=month');
  expect(body).toMatchObject({
    devices: [
      {
        id: laptop,
        usage: [
          { start: '2026-11', ...none, download: 150, upload: 10, localUpload: 7, packets: 5 },
        ],
      },
      { id: 'aabbccddeeff' },
      { id: 'ip:10.9.9.9' },
    ],
    network: [
      {
        start: '2026-11',
        download: 155,
        upload: 11,
        localDownload: 2,
        localUpload: 7,
        packets: 7,
      },
    ],
  });
});

test('hours are UTC, so the repeated hour of a long day stays two', async () => {
  const day = 20261025;
  const history = historyOf([
    { device: laptop, day, hour: Date.UTC(2026, 9, 25, 1), usage: { download: 2 } },
    { device: laptop, day, hour: Date.UTC(2026, 9, 25, 0), usage: { download: 1 } },
  ]);
  const { get } = await startService({ history });
  const { body } = await get('/api/v1/usage?from=2026-10-25&to=2026-10-25&step=hour');
  expect(body).toMatchObject({
    network: [
      { start: '2026-10-25T00:00:00.000Z', ...none, download: 1 },
      { start: '2026-10-25T01:00:00.000Z', ...none, download: 2 },
    ],
  });
});

test('devices are chosen by id; an unknown one has nothing', async () => {
  const history = historyOf(entries);
  const { get } = await startService({ history });
  const { body } = await get(`/api/v1/usage?devices=${laptop},nobody,${laptop}`);
  expect(history.queries).toEqual([
    { from: 20261120, to: 20261120, step: 'day', devices: [laptop, 'nobody'] },
  ]);
  expect(body).toMatchObject({
    devices: [{ id: laptop }],
    network: [{ start: '2026-11-20', download: 100 }],
  });
});

test('no traffic is an empty answer', async () => {
  const { get } = await startService();
  expect((await get('/api/v1/usage?from=2026-02-28&to=2026-02-28')).body).toEqual({
    from: '2026-02-28',
    to: '2026-02-28',
    step: 'day',
    timeZone: 'Europe/Berlin',
    devices: [],
    network: [],
  });
});

const badDay = 'is not a calendar day such as 2026-11-20';
test.each([
  ['day=2026-11-20', 'day', 'is not a parameter; there are from, to, step, devices'],
  ['from=2026-02-30', 'from', badDay],
  ['to=20261120', 'to', badDay],
  ['from=', 'from', badDay],
  ['from=2026-11-20%2010:00:00', 'from', badDay],
  ["from=2026-11-20'%20OR%201=1", 'from', badDay],
  ['from=2026-11-01&from=2026-11-02', 'from', 'is given more than once'],
  ['step=week', 'step', 'is none of hour, day, month'],
  ['devices=', 'devices', 'has an empty device id'],
  ['devices=a,,b', 'devices', 'has an empty device id'],
  ['from=2026-11-20&to=2026-11-19', 'from', 'is 2026-11-20, after 2026-11-19'],
  ['to=2026-11-19', 'from', 'is 2026-11-20, after 2026-11-19'],
  [
    'from=2026-10-20&to=2026-11-20&step=hour',
    'from',
    'begins a range of 32 days; at most 31 with step=hour can be asked for',
  ],
  [
    'from=2021-01-01',
    'from',
    'begins a range of 2150 days; at most 1830 with step=day can be asked for',
  ],
  [
    'from=1000-01-01&to=9999-12-31&step=month',
    'from',
    'begins a range of 3287182 days; at most 36600 with step=month can be asked for',
  ],
  ['__proto__=1', '__proto__', 'is not a parameter; there are from, to, step, devices'],
])('%s is refused', async (query, field, reason) => {
  const history = historyOf(entries);
  const { get, log } = await startService({ history });
  const answer = await get(`/api/v1/usage?${query}`);
  expect(answer.headers['content-type']).toBe('application/problem+json');
  expect(answer.body).toEqual({
    type: 'about:blank',
    title: 'Bad Request',
    status: 400,
    detail: `${field} ${reason}.`,
    field,
    reason,
  });
  expect(history.queries).toEqual([]);
  expect(log).toEqual([]);
});
