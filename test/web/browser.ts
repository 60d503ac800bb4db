import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type Axe from 'axe-core';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished } from 'vitest';

/** Undefined where there is none. */
export const executablePath = findChromium();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Tests in a real browser; where there is none they are skipped, and say so. */
export function describeBrowser(name: string, tests: (browser: () => Browser) => void): void {
  if (executablePath === undefined) {
    process.stderr.write(`\n*** SKIPPED ${name}: there is no chromium here ***\n`);
  }
  describe.skipIf(executablePath === undefined)(name, { timeout: 30_000 }, () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await launchBrowser(executablePath ?? '');
    });
    afterAll(() => browser.close());
    tests(() => browser);
  });
}

/** Starts the browser at a path, which may be a script around it. */
export function launchBrowser(path: string): Promise<Browser> {
  // Chromium refuses to run as root with its sandbox; what it opens is ours.
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking'];
  return chromium.launch({ executablePath: path, args });
}

/** A page, and everything that should not have happened on it. */
export interface Visit {
  page: Page;
  /** Console errors and warnings, exceptions, failed requests, and requests to other hosts. */
  complaints: string[];
  /** The latest answers of the daemon to what the page asked, by path and query. */
  answers: ReadonlyMap<string, unknown>;
}

/** Opens an address in a browser profile of its own, which ends with the test. */
export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({ locale: 'en-GB', ...options });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  const { origin } = new URL(url);
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) complaints.push(`asks ${request.url()}`);
  });
  const answers = listenTo(page);
  await page.goto(url);
  return { page, complaints, answers };
}

/** Asks until the answer is as expected; a page that refreshes itself does so every ten seconds. */
export function poll<Answer>(question: () => Answer | Promise<Answer>) {
  return expect.poll(question, { timeout: 15_000 });
}

/** The latest answers of the daemon to what the page asks from here on, by path and query. */
function listenTo(page: Page): ReadonlyMap<string, unknown> {
  const answers = new Map<string, unknown>();
  page.on('response', (response) => {
    const { pathname, search } = new URL(response.url());
    if (!(response.headers()['content-type'] ?? '').startsWith('application/json')) return;
    response.json().then(
      (answer: unknown) => answers.set(pathname + search, answer),
      // Asked anew before it had come, or the page has gone.
      () => {},
    );
  });
  return answers;
}

/** Complaints, less those of the browser about requests that a test made fail: it names their `reasons`. */
export function without(complaints: readonly string[], ...reasons: readonly string[]): string[] {
  const allowed = new Set(reasons.map((reason) => `Failed to load resource: ${reason}`));
  return complaints.filter((each) => !allowed.has(each));
}

/** What axe-core finds serious or critical on the page as it is, in words. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  // Evaluated by the debugger: the page's own policy lets no script in.
  await page.evaluate(axe);
  const violations = await page.evaluate(async () => {
    const { axe: checker } = globalThis as unknown as { axe: typeof Axe };
    return (await checker.run()).violations;
  });
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary ?? ''}`),
    );
}

function findChromium(): string | undefined {
  const named = process.env['CHROMIUM'];
  if (named !== undefined) return named;
  const { stdout } = spawnSync('sh', ['-c', 'command -v chromium || command -v chromium-browser'], {
    encoding: 'utf8',
  });
  return stdout.trim() === '' ? undefined : stdout.trim();
}
