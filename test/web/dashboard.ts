import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { expect, vi } from 'vitest';
import { visit } from './browser.ts';

/** A page of the dashboard, and what the daemon told it. */
export interface Opened {
  page: Page;
  /** What should not have happened. */
  complaints: string[];
  /** The latest answer to what the page asked, such as `devices`; undefined before the first. */
  answer: (question: string) => unknown;
}

/** Opens a page such as `devices?q=tv` in a browser profile of its own. */
export async function openPage(
  browser: Browser,
  address: string,
  { hash, ...options }: BrowserContextOptions & { hash: string },
): Promise<Opened> {
  const { page, complaints, answers } = await visit(browser, `${address}/#/${hash}`, options);
  return {
    page,
    complaints,
    answer: (question) => {
      const wanted = sortedQuery(`/api/v1/${question}`);
      return [...answers].findLast(([each]) => sortedQuery(each) === wanted)?.[1];
    },
  };
}

/** The order in which a question names what it asks for does not matter. */
function sortedQuery(question: string): string {
  const [path = '', query = ''] = question.split('?');
  const terms = [...new URLSearchParams(query)].map(([name, value]) => `${name}=${value}`);
  return [path, ...terms.toSorted()].join(' ');
}

/** Waits until what is shown is what follows from the daemon's latest answers, which come and go meanwhile. */
export async function expectShown(
  shown: () => Promise<unknown>,
  expected: () => unknown,
): Promise<void> {
  const compare = async () => {
    const seen = await shown();
    expect(seen).toEqual(expected());
  };
  await vi.waitFor(compare, { timeout: 15_000, interval: 50 });
}

/** The texts of a table's rows, cell by cell; those of its sums are not among them. */
export async function rowsOf(table: Locator): Promise<string[][]> {
  const rows = await table.locator('tbody tr').count();
  const cells = await table.locator('tbody tr > :is(th, td)').allTextContents();
  const width = cells.length / Math.max(1, rows);
  return Array.from({ length: rows }, (_, at) => cells.slice(at * width, (at + 1) * width));
}

/** A part of the page by its title. */
export function card(page: Page, name: string | RegExp): Locator {
  return page.getByRole('region', { name, exact: true });
}

/** The rows of the table beside a chart, opened where it is closed. */
export async function chartRows(chartCard: Locator): Promise<string[][]> {
  const details = chartCard.locator('details.chart-data');
  if ((await details.getAttribute('open')) === null) await details.locator('summary').click();
  await details.locator('tbody tr').first().waitFor();
  return rowsOf(details.locator('table'));
}

/** The text, the caret and the focus of a field. */
export function stateOf(field: Locator): Promise<FieldState> {
  return field.evaluate((node: Field) => ({
    text: node.value,
    selected: [node.selectionStart, node.selectionEnd],
    isFocused: node.matches(':focus'),
  }));
}

export interface FieldState {
  text: string;
  /** From and to. */
  selected: number[];
  isFocused: boolean;
}

/** What is needed of an element of the page. */
interface Field {
  value: string;
  selectionStart: number;
  selectionEnd: number;
  matches(selector: string): boolean;
}

/** Cells of a CSV file (RFC 4180), line by line. */
export function readCsv(text: string): string[][] {
  const lines: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(
    /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g,
  )) {
    lines.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end === '\r\n') lines.push([]);
    if (end === '') break;
  }
  return lines.slice(0, -1);
}

/** The text of what a page shows, as one line. */
export async function textOf(page: Page, name: string | RegExp): Promise<string> {
  return (await card(page, name).innerText()).replaceAll(/\s+/g, ' ');
}
