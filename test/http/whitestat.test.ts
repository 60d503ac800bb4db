import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import type { PeerRecord } from '../../src/model/checkpoint.ts';
import { laptop, router, sampleReport } from '../support/sample-report.ts';
import { historyOf, startService, type Entry } from './service.ts';

const columns = [
  'IP',
  'MAC',
  'Hostname',
  'LastSeen',
  'KBIn',
  'KBOut',
  'DATE',
  'LSTDAY_KBIn',
  'LSTDAY_KBOut',
  'LOCAL',
];
const today = '2026-11-20T00:00:00.000';
const yesterday = '2026-11-19T00:00:00.000';

const entries: Entry[] = [
  { device: 'aabbccddeeff', day: 20261120, usage: { download: 0, upload: 5 } },
  { device: laptop.id, day: 20261120, usage: { download: 2_500, upload: 512_285_675 } },
  { device: laptop.id, day: 20261119, usage: { download: 1_024, upload: 1 } },
  { device: 'ip:2001:db8::1', day: 20261119, usage: { download: 2_048, upload: 0 } },
  { device: 'gone00000000', day: 20261118, usage: { download: 1, upload: 1 } },
];
const peers: PeerRecord[] = [
  { day: 20261120, address: '203.0.113.7', usage: { download: 2_500, upload: 10_240 } },
  { day: 20261119, address: '2001:db8:f::1', usage: { download: 3_072, upload: 1_025 } },
];
const history = historyOf(entries, peers);

const laptopToday = [
  '192.168.1.20',
  '02:00:00:00:01:01',
  'Laptop',
  '09:59:58',
  2.44,
  500278.98,
  today,
  2.44,
  500278.98,
  1,
];
const remoteToday = [
  '203.0.113.7',
  'aa:bb:cc:dd:ee:ff',
  '203.0.113.7',
  '00:00:00',
  10,
  2.44,
  today,
  10,
  2.44,
  0,
];
const routerToday = [
  '192.168.1.1',
  'aa:bb:cc:dd:ee:ff',
  'Example aa:bb:cc',
  '10:00:00',
  0,
  0,
  today,
  0,
  0,
  1,
];
const addressYesterday = ['2001:db8::1', '', '2001:db8::1', '13:30:00', 2, 0, yesterday, 2, 0, 1];
const laptopYesterday = [
  '192.168.1.20',
  '02:00:00:00:01:01',
  'Laptop',
  '00:00:00',
  1,
  0,
  yesterday,
  1,
  0,
  1,
];
const remoteYesterday = [
  '2001:db8:f::1',
  'aa:bb:cc:dd:ee:ff',
  '2001:db8:f::1',
  '00:00:00',
  1,
  3,
  yesterday,
  1,
  3,
  0,
];
const goneBefore = ['', '', 'gone00000000', '00:00:00', 0, 0, '2026-11-18T00:00:00.000', 0, 0, 1];

test.each(['/json', '/json/', '/json?_=1763629200'])(
  '%s: devices and remote addresses of today, largest IN first',
  async (path) => {
    const { get } = await startService({ history });
    const answer = await get(path);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    expect(answer.text).toBe(
      JSON.stringify({ columns, data: [remoteToday, laptopToday, routerToday] }),
    );
  },
);

const twoDays = [laptopToday, routerToday, addressYesterday, laptopYesterday];
test.each([
  ['', [laptopToday, routerToday]],
  ['?start=&end=', [laptopToday, routerToday]],
  ['?start=2026-11-19', twoDays],
  ['?start=2026-11-19&end=2026-11-20', twoDays],
  ['?start=2026-11-19%2000:00:00&end=2026-11-20%2023:59:59', twoDays],
  ['?start=2026-11-19+10:00:00', twoDays],
  ['?start=2026-11-20%2023:59:59&end=2026-11-19%2000:00:00', twoDays],
  ['?start=2026-11-19&includePublicIP=no', twoDays],
  ['?start=2026-11-18&end=2026-11-18', [goneBefore]],
  [
    '?start=2026-11-19&includePublicIP=YES',
    [remoteToday, laptopToday, routerToday, addressYesterday, laptopYesterday, remoteYesterday],
  ],
  ['?start=2025-01-01&end=2025-12-31&includePublicIP=yes', []],
])('/json/history%s', async (query, data) => {
  const { get } = await startService({ history });
  const answer = await get(`/json/history${query}`);
  expect(answer.status).toBe(200);
  expect(answer.text).toBe(JSON.stringify({ columns, data }));
});

test('years are read in blocks that leave no day out and repeat none', async () => {
  const days = ['2024-12-31', '2025-01-01', '2025-02-28', '2025-03-01', '2026-10-25', '2026-11-20'];
  const numbers = days.map((day) => Number(day.replaceAll('-', '')));
  const long = historyOf(numbers.map((day) => ({ device: laptop.id, day, usage: {} })));
  const { get } = await startService({ history: long });
  const { data } = (await get('/json/history?start=2024-12-31')).body as { data: unknown[][] };
  expect(data.map((row) => row[6])).toEqual(days.toReversed().map((day) => `${day}T00:00:00.000`));
  expect(long.queries).toHaveLength(99);
  expect(long.queries.slice(0, 2).map(({ from, to }) => [from, to])).toEqual([
    [20261114, 20261120],
    [20261107, 20261113],
  ]);
  expect(long.queries.at(-1)).toMatchObject({ from: 20241231, to: 20250103 });
});

const badDate = 'is not a date such as 2026-11-20 or 2026-11-20 23:59:59';
test.each([
  ['start=yesterday', 'start', badDate],
  ['start=2026-02-29', 'start', badDate],
  ['end=2026-11-20%2024:00:00', 'end', badDate],
  ['end=2026-11-20%2010:00', 'end', badDate],
  ["start=2026-11-20'%20UNION%20SELECT%201", 'start', badDate],
  ['start=2026-11-20&start=2026-11-19', 'start', 'is given more than once'],
  [
    'start=2016-01-01&end=2026-11-20',
    'start',
    'and end are 3977 days apart; at most 3660 days can be asked for at once',
  ],
])('/json/history?%s is refused', async (query, field, reason) => {
  const { get } = await startService({ history });
  const answer = await get(`/json/history?${query}`);
  expect(answer.body).toEqual({
    type: 'about:blank',
    title: 'Bad Request',
    status: 400,
    detail: `${field} ${reason}.`,
    field,
    reason,
  });
});

test('a remote address has no MAC where several routers could be meant', async () => {
  const devices = [laptop, router, { ...router, id: 'other', mac: 'aa:bb:cc:dd:ee:00' }];
  const { get } = await startService({ history, report: () => sampleReport({ devices }) });
  const { data } = (await get('/json')).body as { data: unknown[][] };
  expect(data[0]?.slice(0, 2)).toEqual(['203.0.113.7', '']);
});

test('a failure in the middle ends the connection, so nobody takes half an answer for a whole one', async () => {
  const breaking = {
    ...history,
    peers: () => [],
    usage(query: Parameters<typeof history.usage>[0]) {
      if (query.to < 20261120) throw new Error('disk gone');
      return history.usage(query);
    },
  };
  const { get, log } = await startService({ history: breaking });
  await expect(get('/json/history?start=2026-11-01')).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(log).toEqual(['GET /json/history failed: disk gone']);
});

test('a client that goes away in the middle of years is no fault, and the rest is not read', async () => {
  const large: PeerRecord[] = Array.from({ length: 2_000 }, (_, i) => ({
    day: 20261120,
    address: `2001:db8::${i.toString(16)}`,
    usage: { download: i, upload: i },
  }));
  const days: number[] = [];
  const endless = {
    usage: () => [],
    peers: (day: number) => {
      days.push(day);
      return large;
    },
  };
  const { get, port, log } = await startService({ history: endless });
  const socket = connect(port, '127.0.0.1');
  socket.write(
    'GET /json/history?start=2017-01-01&includePublicIP=yes HTTP/1.1\r\nHost: x\r\n\r\n',
  );
  await once(socket, 'data');
  socket.destroy();
  expect((await get('/health')).status).toBe(200);
  expect(days.length).toBeLessThan(200);
  expect(log).toEqual([]);
});
