import { describe, expect, test } from 'vitest';
import { activitiesOf } from '../../src/demo/activity.ts';
import { pastOf } from '../../src/demo/past.ts';
import type { HouseholdOptions } from '../../src/demo/household.ts';
import { calendar, daysUpToToday, samplePast, TODAY } from './household.ts';

import { now, ALL, filledStore, allHours, hoursOf, sums, named } from './past-ledger.ts';

describe('sums agree', () => {
  const store = () => filledStore();

  test('hours, days, months and totals of each device', () => {
    const ledger = store();
    const hours = allHours(ledger);
    const days = ledger.usage({ ...ALL, step: 'day' });
    const months = ledger.usage({ ...ALL, step: 'month' });
    const totals = [...ledger.totals(TODAY)].map(([device, { total }]) => ({
      device,
      usage: total,
    }));
    expect(days.length).toBeGreaterThan(400);
    expect(sums(hours, ({ device, start }) => `${device} ${calendar.day(start)}`)).toEqual(
      sums(days, ({ device, start }) => `${device} ${start}`),
    );
    expect(sums(days, ({ device, start }) => `${device} ${Math.floor(start / 100)}`)).toEqual(
      sums(months, ({ device, start }) => `${device} ${start}`),
    );
    expect(sums(months, ({ device }) => device)).toEqual(sums(totals, ({ device }) => device));
  });

  test('remote addresses and days of each device, the rest being small', () => {
    const ledger = store();
    for (const { id } of ledger.devices()) {
      const peers = ledger.peers({ ...ALL, device: id });
      const days = ledger.usage({ ...ALL, step: 'day', devices: [id] });
      const bytes = (rows: { usage: { download: number; upload: number } }[]) =>
        rows.map(({ usage }) => usage.download + usage.upload).reduce((a, b) => a + b, 0);
      expect(bytes(peers), id).toBe(bytes(days));
      const rest = peers.filter(({ address }) => address === 'other');
      expect(bytes(rest), id).toBeLessThanOrEqual(bytes(days) * 0.06);
      expect(rest.filter(({ usage }) => usage.download < 0 || usage.upload < 0)).toEqual([]);
    }
  });

  test('what one device sends to another the other receives', () => {
    const days = store().usage({ ...ALL, step: 'day', by: 'network' });
    expect(days).toHaveLength(31);
    for (const { usage } of days) {
      expect(usage.localDownload).toBe(usage.localUpload);
      expect(usage.localDownload).toBeGreaterThan(0);
    }
  });

  test('a day on which the clocks are set back has 25 hours', () => {
    const ledger = store();
    const { id } = named(ledger.devices(), 'homeassistant');
    const hours = hoursOf(ledger, 20261025).filter(({ device }) => device === id);
    expect(hours).toHaveLength(25);
  });

  test('today ends with the running hour, and nothing is later than now', () => {
    const ledger = store();
    const starts = new Set(hoursOf(ledger, TODAY).map(({ start }) => start));
    expect(starts.size).toBe(20);
    expect(Math.max(...starts)).toBe(Date.parse('2026-11-20T18:00:00Z'));
    for (const { firstSeen, lastSeen } of ledger.devices()) {
      expect(lastSeen).toBeLessThanOrEqual(now);
      expect(firstSeen).toBeLessThanOrEqual(lastSeen);
    }
  });
});

describe('the same again', () => {
  const digest = (changes: Partial<HouseholdOptions>) => [...pastOf(samplePast(changes))];

  test('the same seed makes the same past, another one another', () => {
    expect(digest({})).toEqual(digest({}));
    const [first, other] = [digest({}), digest({ seed: 2 })].map((pages) => pages.at(-1)!);
    expect(other!.devices.map(({ id }) => id)).not.toEqual(first!.devices.map(({ id }) => id));
  });

  test('what an hour holds is settled for good', () => {
    const { household } = samplePast();
    const hour = { day: TODAY, hour: 20, part: 1 };
    const activities = activitiesOf(household, hour);
    expect([2, 4].map((index) => activities[index])).toMatchInlineSnapshot(`
      [
        {
          "answers": 159750,
          "download": 1305785463,
          "fetched": 738052653,
          "questions": 79875,
          "stored": 0,
          "upload": 19870648,
        },
        {
          "answers": 191264,
          "download": 90943320,
          "fetched": 0,
          "questions": 95632,
          "stored": 0,
          "upload": 17118742,
        },
      ]
    `);
  });

  test('an hour does not depend on how long the past is, or on further devices', () => {
    const before = { ...samplePast(), now: Date.parse('2026-11-20T18:00:00Z') };
    const large = samplePast({ devices: 40, days: daysUpToToday(60) });
    const pages = [before, { ...large, now: before.now }].map((options) => [...pastOf(options)]);
    const hoursOfTv = pages.map((all) => {
      const tv = named(all.at(-1)!.devices, 'Living room TV').id;
      return all.flatMap(({ hours }) => hours.filter(({ device }) => device === tv)).slice(-100);
    });
    expect(hoursOfTv[0]).toHaveLength(100);
    expect(hoursOfTv[1]).toEqual(hoursOfTv[0]);
  });
});
