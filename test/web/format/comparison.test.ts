import { expect, test } from 'vitest';
import { changeInWords, usedByDay, usedByTime } from '../../../src/web/format/comparison.ts';

const berlin = 'Europe/Berlin';

function hour(start: string, download: number, upload = 0) {
  return { start, download, upload };
}

test('yesterday counts until the same time: whole hours, and the share of the one that runs', () => {
  const rows = [
    hour('2026-11-18T22:00:00.000Z', 1_000_000),
    hour('2026-11-18T23:00:00.000Z', 100, 10),
    hour('2026-11-19T00:00:00.000Z', 200, 20),
    hour('2026-11-19T01:00:00.000Z', 400, 40),
    hour('2026-11-19T02:00:00.000Z', 800, 80),
    hour('2026-11-19T23:00:00.000Z', 1_000_000),
  ];
  const at = Date.parse('2026-11-20T01:15:00Z');
  expect(usedByTime(rows, '2026-11-19', { at, zone: berlin })).toEqual({
    download: 400,
    upload: 40,
  });
});

test('at midnight nothing of yesterday counts, a minute before it nearly all', () => {
  const rows = [hour('2026-11-18T23:00:00.000Z', 60), hour('2026-11-19T22:00:00.000Z', 60)];
  const by = (at: string) =>
    usedByTime(rows, '2026-11-19', { at: Date.parse(at), zone: berlin }).download;
  expect(by('2026-11-19T23:00:00Z')).toBe(0);
  expect(by('2026-11-20T22:59:00Z')).toBeCloseTo(119, 6);
});

test('on the day after clocks were put back the hour that came twice counts twice', () => {
  const rows = [
    hour('2026-10-25T00:00:00.000Z', 10),
    hour('2026-10-25T01:00:00.000Z', 10),
    hour('2026-10-25T02:00:00.000Z', 1_000),
  ];
  const now = { at: Date.parse('2026-10-26T02:00:00Z'), zone: berlin };
  expect(usedByTime(rows, '2026-10-25', now).download).toBe(20);
});

test('hours begin where the zone says so', () => {
  const rows = [hour('2026-11-18T18:15:00.000Z', 50), hour('2026-11-18T19:15:00.000Z', 50)];
  const now = { at: Date.parse('2026-11-19T19:45:00Z'), zone: 'Asia/Kathmandu' };
  expect(usedByTime(rows, '2026-11-19', now).download).toBe(75);
});

test('last month counts until the same day and time', () => {
  const rows = [
    { start: '2026-10-01', download: 10, upload: 1 },
    { start: '2026-10-19', download: 20, upload: 2 },
    { start: '2026-10-20', download: 40, upload: 4 },
    { start: '2026-10-21', download: 1_000, upload: 1_000 },
  ];
  const now = { at: Date.parse('2026-11-20T11:00:00Z'), zone: berlin };
  expect(usedByDay(rows, '2026-10-20', now)).toEqual({ download: 50, upload: 5 });
});

test('of days that have all passed everything counts', () => {
  const rows = [
    { start: '2026-02-01', download: 10, upload: 0 },
    { start: '2026-02-28', download: 20, upload: 0 },
  ];
  const now = { at: Date.parse('2026-03-30T12:00:00Z'), zone: 'UTC' };
  expect(usedByDay(rows, '2026-03-02', now).download).toBe(30);
});

test.each([
  [112, 100, '12% more'],
  [92, 100, '8% less'],
  [100.4, 100, 'about the same'],
  [0, 100, '100% less'],
  [2_500, 100, '25 times as much'],
  [5, 0, undefined],
])('%d after %d is %s', (now, then, words) => {
  expect(changeInWords(now, then)).toBe(words);
});
