import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import type { WhiteStatOptions } from '../../src/http/routes/whitestat.ts';
import { AppError } from '../../src/base/errors.ts';
import type { PeerRecord, UsageQuery } from '../../src/model/checkpoint.ts';
import { noUsage } from '../../src/model/usage.ts';
import { laptop } from '../support/sample-report.ts';
import type { Answer } from './exchange.ts';
import { checkAnswer } from './routes.ts';
import { ledger, ledgerOf, startWhiteStat } from './whitestat.ts';

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
