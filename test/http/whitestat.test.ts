import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { createWhiteStat, type WhiteStatOptions } from '../../src/http/routes/whitestat.ts';
import { AppError } from '../../src/base/errors.ts';
import type { PeerRecord, UsageQuery, UsageRecord } from '../../src/model/checkpoint.ts';
import type { CommandAnswer } from '../../src/model/command.ts';
import type { History } from '../../src/model/history.ts';
import { noUsage, type Usage } from '../../src/model/usage.ts';
import { laptop, router, sampleReport } from '../support/sample-report.ts';
import type { Answer } from './exchange.ts';
import { checkAnswer, startRoutes } from './routes.ts';

async function startWhiteStat(changes: Partial<WhiteStatOptions> = {}) {
  const { today, history, lanSegments, rename } = createWhiteStat({
    report: () => sampleReport(),
    history: ledger,
    execute: () => ({ status: 'ok', data: {} }),
    peerName: (address) => (address === '203.0.113.7' ? 'video.example' : undefined),
    localPrefixes: () => [],
    ...changes,
  });
  return startRoutes({
    handlers: {
      whiteStatToday: today,
      whiteStatHistory: history,
      whiteStatLanSegments: lanSegments,
      whiteStatRename: rename,
    },
  });
}

interface Entry {
  device: string;
  day: number;
  usage: Partial<Usage>;
}

/** Days in an array. */
function ledgerOf(entries: readonly Entry[], peers: readonly PeerRecord[] = []) {
  const queries: UsageQuery[] = [];
  const reader: Pick<History, 'usage' | 'peers'> = {
    usage(query) {
      queries.push(query);
      return entries
        .filter(({ day }) => day >= query.from && day <= query.to)
        .map(({ device, day, usage }): UsageRecord => ({
          device,
          start: day,
          usage: { ...noUsage(), ...usage },
        }));
    },
    peers: ({ from, to }) => peers.filter(({ day }) => day >= from && day <= to),
  };
  return { queries, ...reader };
}

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
  { day: 20261119, address: 'other', usage: { download: 1, upload: 0 } },
];
const ledger = ledgerOf(entries, peers);

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

test('years are read in blocks that leave no day out and repeat none', async () => {
  const days = ['2024-12-31', '2025-01-01', '2025-02-28', '2025-03-01', '2026-10-25', '2026-11-20'];
  const numbers = days.map((day) => Number(day.replaceAll('-', '')));
  const peerOf = (day: number) => ({ day, address: 'other', usage: { download: 1, upload: 0 } });
  const dayOf = (day: number) => ({ device: laptop.id, day, usage: { download: 5_000 } });
  const long = ledgerOf(numbers.map(dayOf), numbers.map(peerOf));
  const asked: [number, number][] = [];
  const history: WhiteStatOptions['history'] = {
    usage: (query) => long.usage(query),
    peers(query) {
      asked.push([query.from, query.to]);
      return long.peers(query);
    },
  };
  const { ask } = await startWhiteStat({ history });
  const newestFirst = days.toReversed().map((day) => `${day}T00:00:00.000`);
  const datesOf = ({ body }: Answer) => (body as { data: unknown[][] }).data.map((row) => row[6]);

  expect(datesOf(await ask('/json/history?start=2024-12-31'))).toEqual(newestFirst);
  expect(long.queries).toHaveLength(23);
  expect(long.queries[0]).toEqual({ from: 20261021, to: 20261120, step: 'day' });
  expect(long.queries.at(-1)).toEqual({ from: 20241231, to: 20250107, step: 'day' });
  expect(asked).toEqual([]);

  const both = await ask('/json/history?start=2024-12-31&includePublicIP=yes');
  expect(datesOf(both)).toEqual(newestFirst.flatMap((date) => [date, date]));
  expect(asked).toEqual(numbers.toReversed().map((day) => [day, day]));
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

test('trouble with the file is an error answer', async () => {
  const usage = () => {
    throw new AppError('STORE_BUSY', 'The ledger is busy: try again.');
  };
  const { ask, log } = await startWhiteStat({ history: { ...ledger, usage } });
  for (const path of ['/json', '/json/history']) {
    const answer = await ask(path);
    checkAnswer(path, answer);
    expect(answer).toMatchObject({ status: 503, body: { code: 'STORE_BUSY' } });
  }
  expect(log).toEqual([]);
});

test('a failure in the middle ends the connection, so nobody takes half an answer for a whole one', async () => {
  const breaking = {
    peers: () => [],
    usage(query: UsageQuery) {
      if (query.to < 20261120) throw new Error('disk gone');
      return ledger.usage(query);
    },
  };
  const { ask, log } = await startWhiteStat({ history: breaking });
  await expect(ask('/json/history?start=2026-08-01')).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(log).toEqual(['GET /json/history ended early: disk gone']);
});

test('a client that goes away in the middle of years is no fault, and the rest is not read', async () => {
  const large: PeerRecord[] = Array.from({ length: 2_000 }, (_, i) => ({
    day: 20261120,
    address: `2001:db8::${i.toString(16)}`,
    usage: { download: i, upload: i },
  }));
  let reads = 0;
  const everyDay = Array.from({ length: 31 }, (_, i) => ({
    device: laptop.id,
    start: 20261101 + i,
    usage: noUsage(),
  }));
  const endless = {
    usage: () => everyDay,
    peers: () => {
      reads += 1;
      return large;
    },
  };
  const { ask, port, log } = await startWhiteStat({ history: endless });
  const socket = connect(port, '127.0.0.1');
  socket.write(
    'GET /json/history?start=2017-01-01&includePublicIP=yes HTTP/1.1\r\nHost: x\r\n\r\n',
  );
  await once(socket, 'data');
  socket.destroy();
  expect((await ask('/json/lansegments')).status).toBe(200);
  expect(reads).toBeLessThan(200);
  expect(log).toEqual([]);
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

describe('rename', () => {
  const mac = '02:00:00:00:01:01';
  const form = 'application/x-www-form-urlencoded';
  const json = 'application/json';

  /** Sends a rename; `calls` are the commands it led to. */
  async function rename(
    type: string,
    text: string,
    execute: () => CommandAnswer = () => ({ status: 'ok', data: {} }),
  ): Promise<Answer & { calls: unknown[] }> {
    const calls: unknown[] = [];
    const { ask } = await startWhiteStat({
      execute(...call) {
        calls.push(call);
        return execute();
      },
    });
    const answer = await ask('/json/hostname', { body: [type, text] });
    checkAnswer('/json/hostname', answer, 'post');
    return { ...answer, calls };
  }

  test.each(['Tablet', 'a&b=c', 'A+B 100%', 'a%20b', 'x={"y"}&z', 'Küche ☕', 'back\\slash "q"'])(
    'the name %s survives every way of sending it',
    async (name) => {
      const text = JSON.stringify({ ip: '192.168.1.20', name, mac, oldName: 'Laptop', local: 1 });
      const bodies = [
        [json, text],
        [form, text],
        [`${form}; charset=UTF-8`, text],
        [form, encodeURIComponent(text)],
        [form, new URLSearchParams([[text, '']]).toString()],
        [form, `${new URLSearchParams([[text, '']]).toString()}&x=1`],
      ] as const;
      for (const [type, body] of bodies) {
        const { status, body: answered, calls } = await rename(type, body);
        expect([status, answered]).toEqual([200, name]);
        expect(calls).toEqual([['device/rename', { device: mac, name }]]);
      }
    },
  );

  const device = ['device/rename', { device: mac, name: 'X' }];
  const byAddress = ['device/rename', { device: '192.168.1.20', name: 'X' }];
  const peer = ['peer/rename', { address: '203.0.113.7', name: 'X' }];
  test.each([
    [{ mac, name: 'X' }, device],
    [{ mac, ip: '203.0.113.7', name: 'X', local: 1 }, device],
    [{ mac, ip: '203.0.113.7', name: 'X', local: '1' }, device],
    [{ mac, ip: '203.0.113.7', name: 'X', local: true }, device],
    [{ mac, ip: '203.0.113.7', name: 'X', local: null }, device],
    [{ mac: '', ip: '192.168.1.20', name: 'X', local: 1 }, byAddress],
    [{ mac: null, ip: '192.168.1.20', name: 'X', oldName: null }, byAddress],
    [{ mac, ip: '203.0.113.7', name: 'X', local: 0 }, peer],
    [{ mac, ip: '203.0.113.7', name: 'X', local: '0' }, peer],
    [{ ip: '203.0.113.7', name: 'X', local: false }, peer],
  ])('%j', async (request, call) => {
    for (const type of [json, form]) {
      expect((await rename(type, JSON.stringify(request))).calls).toEqual([call]);
    }
  });

  test.each([
    [{ name: '', mac }, 'name', 'name is empty.'],
    [{ name: 5, mac }, 'name', 'name is not of type string.'],
    [{ mac }, 'name', 'name is missing.'],
    [{ name: 'X' }, 'mac', 'mac is missing, and so is ip: one of them is needed.'],
    [{ name: 'X', mac: '', ip: '' }, 'mac', 'mac is missing, and so is ip: one of them is needed.'],
    [{ name: 'X', mac, local: 0 }, 'ip', 'ip is missing.'],
    [{ name: 'X', mac: 'x'.repeat(18) }, 'mac', 'mac is longer than 17 characters.'],
    [[], 'The input', 'The input is not of type object.'],
  ])('%j is refused', async (request, field, detail) => {
    for (const type of [json, form]) {
      const { status, body, calls } = await rename(type, JSON.stringify(request));
      expect([status, calls]).toEqual([400, []]);
      expect(body).toMatchObject({ field, detail, code: 'REQUEST_INVALID' });
    }
  });

  test.each(['', '%', '{"name"', 'name=X&mac=02', '%7B%22name'])(
    'the form %s is refused',
    async (text) => {
      const { status, body, calls } = await rename(form, text);
      expect([status, calls]).toEqual([400, []]);
      expect(body).toMatchObject({
        detail: 'The body is not JSON such as {"mac":"02:00:00:00:01:01","name":"Tablet"}.',
      });
    },
  );

  test('the answer is the name as it is kept', async () => {
    const text = JSON.stringify({ mac, name: ' My  tablet ' });
    const kept = () => ({ status: 'ok', data: { id: laptop.id, name: 'My tablet' } }) as const;
    expect((await rename(json, text, kept)).body).toBe('My tablet');
  });

  test('what the command refuses is an error answer', async () => {
    const error = { code: 'DEVICE_UNKNOWN', message: 'There is no device "x".' } as const;
    const text = JSON.stringify({ mac: 'x', name: 'X' });
    const { status, body } = await rename(form, text, () => ({ status: 'error', error }));
    expect(status).toBe(404);
    expect(body).toMatchObject({ detail: 'There is no device "x".', code: 'DEVICE_UNKNOWN' });
  });
});
