import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';

const places = [
  process.env['CHROMIUM'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

const executablePath = places.find((path) => path !== '' && existsSync(path));

/** Why there is no browser, or undefined. */
export const browserProblem =
  executablePath === undefined
    ? 'there is no Chromium: install the package chromium, or set CHROMIUM to one'
    : undefined;

export function startBrowser(): Promise<Browser> {
  // Chromium refuses to run as root inside its own sandbox.
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: [...asRoot, '--disable-gpu', '--disable-background-networking'],
  });
}

/** A page whose errors are collected, among them those that it writes to the console. */
export async function openPage(
  browser: Browser,
  viewport: { width: number; height: number },
): Promise<{ page: Page; errors: string[] }> {
  const context = await browser.newContext({ viewport });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const errors: string[] = [];
  page.on('pageerror', ({ message }) => errors.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('requestfailed', (request) => {
    if (!request.url().startsWith('http://127.0.0.1')) errors.push(`asked for ${request.url()}`);
  });
  return { page, errors };
}
