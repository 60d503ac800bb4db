/** How soon the pages of the dashboard show what the daemon answers, for a large home. See README.md. */
import { spawnSync } from 'node:child_process';
import { env, execPath, stdout } from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { killPrograms, startProgram, stopProgram, waitUntil } from './processes.js';
import { format, median, renderTable } from './table.js';

const main = env['BENCH_LANLEDGER'] ?? fileURLToPath(new URL('../dist/main.js', import.meta.url));
const START_MS = 120_000;
const SHOW_MS = 30_000;
const SCROLL_STEPS = 120;
/** The daemon answers 1,200 requests of an address in a minute, those for files included. */
const PAUSE_MS_PER_REQUEST = 50;

/**
 * Pages, and what stands on them once their data is shown.
 *
 * @type {Record<string, { hash: string, shown: string, scrolls?: string }>}
 */
const pages = {
  Overview: { hash: 'overview', shown: 'main canvas' },
  Devices: {
    hash: 'devices',
    shown: '.data-table tbody tr:nth-child(30)',
    scrolls: '.data-table-scroll',
  },
  'Devices: search': { hash: 'devices?q=tv', shown: '.data-table tbody tr' },
  Device: { hash: 'device/{device}', shown: '.heat-day.heat-1' },
  'Device: months': { hash: 'device/{device}?range=months', shown: '.device-day-told' },
  'History: 7 days': { hash: 'history', shown: '.history-figures', scrolls: 'html' },
  'History: year by day': { hash: 'history?from=this-year&step=day', shown: '.history-figures' },
  'History: 5 years': { hash: 'history?from=everything', shown: '.history-figures' },
  'History: 5 years by day': {
    hash: 'history?from=everything&step=day',
    shown: '.history-figures',
  },
  'History: addresses': { hash: 'history?peers=shown', shown: '.history-address' },
  Limits: { hash: 'limits', shown: 'main .limit-state' },
  Events: { hash: 'events', shown: 'main ol li', scrolls: 'html' },
  Settings: { hash: 'settings', shown: 'main table tbody tr' },
};

/** Runs in the page before all else: notes when it shows what is waited for, and what kept it busy. */
function watch(/** @type {string} */ selector) {
  const { document, PerformanceObserver, MutationObserver, requestAnimationFrame } =
    /** @type {any} */ (globalThis);
  const seen = { shownAt: 0, tasks: /** @type {number[]} */ ([]), shown: Promise.resolve() };
  Object.assign(globalThis, { seen });
  performance.setResourceTimingBufferSize(5_000);
  const tasks = new PerformanceObserver((/** @type {any} */ list) => {
    for (const { duration } of list.getEntries()) seen.tasks.push(duration);
  });
  tasks.observe({ type: 'longtask', buffered: true });
  seen.shown = new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      if (document.querySelector(selector) === null) return;
      observer.disconnect();
      // The second frame begins when the first has been painted.
      requestAnimationFrame(() =>
        requestAnimationFrame(() => {
          seen.shownAt = performance.now();
          resolve();
        }),
      );
    });
    observer.observe(document, { childList: true, subtree: true, attributeFilter: ['class'] });
  });
}

/** Runs in the page: what `watch` has seen, milliseconds and bytes. */
function report() {
  const { seen } = /** @type {any} */ (globalThis);
  const resources = performance.getEntriesByType('resource');
  const answers = resources
    .filter(({ name }) => name.includes('/api/v1/') && !name.endsWith('/live'))
    .map((entry) => /** @type {any} */ (entry))
    .filter(({ responseEnd }) => responseEnd > 0 && responseEnd <= seen.shownAt);
  return {
    openMs: seen.shownAt,
    afterDataMs: seen.shownAt - Math.max(...answers.map(({ responseEnd }) => responseEnd)),
    resources: resources.length,
    requests: answers.length,
    wireBytes: answers.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
    jsonBytes: answers.reduce((sum, { decodedBodySize }) => sum + decodedBodySize, 0),
    longest: Math.max(0, ...seen.tasks),
    longTasks: seen.tasks.length,
    elements: /** @type {any} */ (globalThis).document.querySelectorAll('*').length,
  };
}

/** Runs in the page: scrolls to its end step by step; the times between its frames, milliseconds. */
async function scroll(/** @type {{ selector: string, steps: number }} */ { selector, steps }) {
  const { document, requestAnimationFrame } = /** @type {any} */ (globalThis);
  const element = document.querySelector(selector);
  const step = (element.scrollHeight - element.clientHeight) / steps;
  const frames = [];
  let before = await new Promise(requestAnimationFrame);
  for (let at = 0; at < steps; at += 1) {
    element.scrollTop += step;
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - before);
    before = now;
  }
  return frames;
}

/**
 * @param {import('playwright-core').Browser} browser
 * @param {string} url
 * @param {{ shown: string, scrolls?: string }} page
 */
async function measure(browser, url, { shown, scrolls }) {
  const context = await browser.newContext({
    locale: 'en-GB',
    viewport: { width: 1440, height: 900 },
  });
  try {
    const page = await context.newPage();
    await page.addInitScript(watch, shown);
    await page.goto(url);
    await page.locator(shown).first().waitFor({ state: 'attached', timeout: SHOW_MS });
    // What comes after it, such as charts further down, is part of what keeps the page busy.
    await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' });
    await page.evaluate('seen.shown');
    const figures = await page.evaluate(report);
    const frames =
      scrolls === undefined
        ? []
        : await page.evaluate(scroll, { selector: scrolls, steps: SCROLL_STEPS });
    return { ...figures, frames };
  } finally {
    await context.close();
  }
}

/** @param {readonly Awaited<ReturnType<typeof measure>>[]} runs @returns {string[]} */
function rowOf(runs) {
  const of = (/** @type {(run: typeof runs[0]) => number} */ pick) => median(runs.map(pick)) ?? 0;
  const frames = runs.flatMap((run) => run.frames);
  return [
    format(
      of((run) => run.openMs),
      0,
    ),
    format(
      of((run) => run.afterDataMs),
      0,
    ),
    format(Math.max(...runs.map((run) => run.afterDataMs)), 0),
    format(
      of((run) => run.longTasks),
      0,
    ),
    format(
      of((run) => run.longest),
      0,
    ),
    format(
      of((run) => run.requests),
      0,
    ),
    format(of((run) => run.wireBytes) / 1_000, 0),
    format(of((run) => run.jsonBytes) / 1_000, 0),
    format(
      of((run) => run.elements),
      0,
    ),
    format(median(frames), 1),
    frames.length === 0 ? '-' : format(Math.max(...frames), 0),
  ];
}

const titles = [
  'page',
  'open ms',
  'data ms',
  'worst',
  'long tasks',
  'longest ms',
  'requests',
  'kB',
  'kB of JSON',
  'elements',
  'frame ms',
  'worst frame',
];

function findChromium() {
  const script = 'command -v chromium || command -v chromium-browser';
  const found = env['CHROMIUM'] ?? String(spawnSync('sh', ['-c', script]).stdout).trim();
  if (found === '') throw new Error('there is no chromium: set CHROMIUM to its path');
  return found;
}

const { values } = parseArgs({
  options: {
    devices: { type: 'string', default: '300' },
    days: { type: 'string', default: '1826' },
    runs: { type: 'string', default: '5' },
    only: { type: 'string' },
  },
});
const size = ['--devices', values.devices, '--days', values.days];
const daemon = startProgram([execPath, main, 'demo', '--port', '0', ...size]);
const browser = await chromium.launch({
  executablePath: findChromium(),
  args: ['--no-sandbox', '--disable-gpu'],
});
try {
  const link = () => /Open (\S+?)\/ in a browser/.exec(daemon.output())?.[1];
  if (!(await waitUntil(daemon, () => link() !== undefined, START_MS))) {
    throw new Error(`the demo did not start:\n${daemon.output().slice(-2000)}`);
  }
  const address = link() ?? '';
  const { devices } = await (await fetch(`${address}/api/v1/devices`)).json();
  const rows = [];
  for (const [name, page] of Object.entries(pages)) {
    if (values.only !== undefined && !values.only.split(',').includes(name)) continue;
    const hash = page.hash.replace('{device}', devices[0].id);
    const runs = [];
    for (let run = 0; run < Number(values.runs); run += 1) {
      const figures = await measure(browser, `${address}/#/${hash}`, page);
      runs.push(figures);
      await delay(figures.resources * PAUSE_MS_PER_REQUEST);
    }
    rows.push([name, ...rowOf(runs)]);
  }
  stdout.write(renderTable(titles, rows));
} finally {
  await browser.close();
  await stopProgram(daemon);
  killPrograms();
}
