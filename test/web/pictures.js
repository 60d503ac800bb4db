/** Takes the pictures of README.md: `npm run pictures`, after a build, where Chromium is installed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chromium } from 'playwright-core';

const folder = 'src/web/pictures';
const pictures = [
  { name: 'overview', path: '', width: 1280, height: 1180, colorScheme: 'light' },
  { name: 'devices', path: 'devices', width: 1280, height: 720, colorScheme: 'dark' },
  { name: 'phone', path: '', width: 390, height: 780, colorScheme: 'dark' },
];
/** So that the chart of the rates has something to show. */
const watchedSeconds = 57;

const demo = spawn(process.execPath, ['dist/main.js', 'demo', '--port', '0'], {
  stdio: ['ignore', 'ignore', 'pipe'],
});
const url = await addressOf(demo);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
const opened = await Promise.all(
  pictures.map(async ({ name, path, width, height, colorScheme }) => {
    const options = { viewport: { width, height }, colorScheme, locale: 'en-GB' };
    const page = await (await browser.newContext(options)).newPage();
    await page.goto(`${url}/#/${path}`);
    return { name, page };
  }),
);
await opened[0]?.page.waitForTimeout(watchedSeconds * 1_000);
for (const { name, page } of opened) await page.screenshot({ path: `${folder}/${name}.png` });
await browser.close();
demo.kill('SIGTERM');
await once(demo, 'exit');

/** @param {import('node:child_process').ChildProcess} child @returns {Promise<string>} */
function addressOf(child) {
  return new Promise((resolve, reject) => {
    let log = '';
    child.stderr?.on('data', (text) => {
      log += text;
      const found = /Open (\S+?)\/ in a browser/.exec(log)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', () => reject(new Error(`the demo ended:\n${log}`)));
  });
}
