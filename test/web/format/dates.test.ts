import { afterEach, expect, test, vi } from 'vitest';

afterEach(() => vi.unstubAllGlobals());

/** What is needed of modules that are written for a browser, which the tests are not compiled for. */
interface Formats {
  home: { value: { value: object } };
  barLabels: (starts: readonly string[], step: string) => string[];
  stepName: (start: string, range: { from: string; to: string; step: string }) => string;
  formatDay: (day: string) => string;
  formatInstant: (instant: string) => string;
  formatMonth: (month: string) => string;
  formatMonthName: (day: string) => string;
}

const modules = ['state/home.ts', 'format/dates.ts', 'pages/history/steps.ts'];

/** The formats in a browser that likes `languages`, where the ledger's days are those of `zone`. */
async function formatsIn(languages: string[], zone: string): Promise<Formats> {
  vi.resetModules();
  vi.stubGlobal('navigator', { languages });
  const loaded: object[] = [];
  for (const path of modules) {
    const { href } = new URL(`../../../src/web/${path}`, import.meta.url);
    loaded.push((await import(href)) as object);
  }
  const formats = Object.assign({}, ...loaded) as Formats;
  formats.home.value.value = { timeZone: zone, day: '2026-11-20', devices: [] };
  return formats;
}

test.each(['America/New_York', 'UTC', 'Pacific/Kiritimati'])(
  'a day is the same day wherever the ledger is: %s',
  async (zone) => {
    const { barLabels, stepName } = await formatsIn(['en-GB'], zone);
    const range = { from: '2025-12-31', to: '2026-01-01', step: 'day' } as const;
    expect(stepName('2025-12-31', range)).toBe('31 Dec 2025');
    expect(barLabels([range.from, range.to], 'day')).toEqual(['31 Dec 2025', '1 Jan 2026']);
  },
);

test('days and months are named as in the calendar that the ledger keeps', async () => {
  const { formatDay, formatInstant, formatMonth, formatMonthName } = await formatsIn(
    ['fa-IR'],
    'Asia/Tehran',
  );
  expect(formatMonth('2026-11')).toBe('نوامبر ۲۰۲۶');
  expect(formatMonthName('2026-11-07')).toBe('نوامبر');
  expect(formatDay('2026-11-07')).toBe('۷ نوامبر');
  expect(formatInstant('2025-11-07T12:00:00Z')).toBe('۷ نوامبر ۲۰۲۵، ۱۵:۳۰');
});

test('an instant of another year tells the year', async () => {
  const { formatInstant } = await formatsIn(['en-GB'], 'America/New_York');
  expect(formatInstant('2026-11-20T19:05:00Z')).toBe('20 Nov, 14:05');
  expect(formatInstant('2026-01-01T04:59:00Z')).toBe('31 Dec 2025, 23:59');
});

test('what a browser calls a language and is none is passed over', async () => {
  const { formatDay } = await formatsIn(['en-US@posix', 'de_DE', 'de'], 'UTC');
  expect(formatDay('2026-11-20')).toBe('20. Nov.');
});
