import { expect, test } from 'vitest';
import { laptop, router, sampleReport } from '../support/sample-report.ts';
import { checkAnswer } from './routes.ts';
import { startWhiteStat } from './whitestat.ts';

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
  'video.example',
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
const otherYesterday = [
  'other',
  'aa:bb:cc:dd:ee:ff',
  'other',
  '00:00:00',
  0,
  0,
  yesterday,
  0,
  0,
  0,
];
const goneBefore = ['', '', 'gone00000000', '00:00:00', 0, 0, '2026-11-18T00:00:00.000', 0, 0, 1];

test.each(['/json', '/json/', '/json?_=1763629200'])(
  '%s: devices and remote addresses of today, largest IN first',
  async (path) => {
    const { ask } = await startWhiteStat();
    const answer = await ask(path);
    checkAnswer('/json', answer);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    expect(answer.text).toBe(
      JSON.stringify({ columns, data: [remoteToday, laptopToday, routerToday] }),
    );
    expect(await ask(path, { method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
  },
);

const twoDays = [laptopToday, routerToday, addressYesterday, laptopYesterday];
test.each([
  ['', [laptopToday, routerToday]],
  ['?start=&end=', [laptopToday, routerToday]],
  ['?start=2026-11-19', twoDays],
  ['?start=2026-11-19&end=2026-11-20&_=1', twoDays],
  ['?start=2026-11-19%2000:00:00&end=2026-11-20%2023:59:59', twoDays],
  ['?start=2026-11-19T00:00:00.000', twoDays],
  ['?start=2026-11-19+10:00:00', twoDays],
  ['?start=2026-11-20%2023:59:59&end=2026-11-19%2000:00:00', twoDays],
  ['?start=2026-11-19&includePublicIP=no', twoDays],
  ['?start=2026-11-18&end=2026-11-18', [goneBefore]],
  [
    '?start=2026-11-19&includePublicIP=YES',
    [
      remoteToday,
      laptopToday,
      routerToday,
      addressYesterday,
      laptopYesterday,
      remoteYesterday,
      otherYesterday,
    ],
  ],
  ['?start=2025-01-01&end=2025-12-31&includePublicIP=yes', []],
])('/json/history%s', async (query, data) => {
  const { ask } = await startWhiteStat();
  const answer = await ask(`/json/history${query}`);
  checkAnswer('/json/history', answer);
  expect(answer.status).toBe(200);
  expect(answer.text).toBe(JSON.stringify({ columns, data }));
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
  const { ask } = await startWhiteStat();
  const answer = await ask(`/json/history?${query}`);
  checkAnswer('/json/history', answer);
  expect(answer.body).toEqual({
    type: 'about:blank',
    title: 'Bad Request',
    status: 400,
    detail: `${field} ${reason}.`,
    code: 'REQUEST_INVALID',
    field,
    reason,
  });
});

test('a remote address has no MAC where several routers could be meant', async () => {
  const devices = [laptop, router, { ...router, id: 'other', mac: 'aa:bb:cc:dd:ee:00' }];
  const { ask } = await startWhiteStat({ report: () => sampleReport({ devices }) });
  const { data } = (await ask('/json')).body as { data: unknown[][] };
  expect(data[0]?.slice(0, 2)).toEqual(['203.0.113.7', '']);
});

test.each([
  [['192.168.0.0/16'], ['192.168']],
  [['10.0.0.0/8', '10.1.2.3/8'], ['10']],
  [['172.16.0.0/14'], ['172.16', '172.17', '172.18', '172.19']],
  [['172.18.9.9/15'], ['172.18', '172.19']],
  [['172.19.9.9/15'], ['172.18', '172.19']],
  [['192.0.2.129/25', '192.0.2.1/32', '192.0.2.7'], ['192.0.2']],
  [['198.51.100.0/23'], ['198.51.100', '198.51.101']],
  [['224.0.0.0/6'], ['224', '225', '226', '227']],
  [
    ['172.16.0.0/16', '172.2.0.0/16', '9.0.0.0/8'],
    ['9', '172.2', '172.16'],
  ],
  [['fd00::/8', '2001:db8::/32', 'nonsense', '10.0.0.0/33'], []],
])('local networks %j begin with %j', async (prefixes, segments) => {
  const { ask } = await startWhiteStat({ localPrefixes: () => prefixes });
  const answer = await ask('/json/lansegments');
  checkAnswer('/json/lansegments', answer);
  expect(answer.body).toEqual(segments);
});

test('a /12 is sixteen beginnings, a /0 all 256', async () => {
  const prefixes = ['172.16.0.0/12'];
  const { ask } = await startWhiteStat({ localPrefixes: () => prefixes });
  const private12 = (await ask('/json/lansegments')).body as string[];
  expect(private12).toEqual(Array.from({ length: 16 }, (_, i) => `172.${16 + i}`));
  prefixes.push('0.0.0.0/0');
  const everything = (await ask('/json/lansegments')).body as string[];
  expect(everything.filter((segment) => !segment.includes('.'))).toHaveLength(256);
});
