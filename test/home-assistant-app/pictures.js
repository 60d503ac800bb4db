/** Draws the icon and the logo of Home Assistant's app: `npm run pictures`, where Chromium is installed. */
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

const icon = readFileSync('src/web/public/icon.svg', 'utf8');
const logo = `<div style="display: flex; align-items: center; gap: 12px; height: 100px;
  font: 600 27px 'DejaVu Sans', sans-serif; color: #2f7fd6">
  <div style="flex: none; width: 64px; height: 64px">${icon}</div>LanLedger</div>`;
const pictures = [
  { name: 'icon', width: 128, height: 128, content: icon },
  { name: 'logo', width: 250, height: 100, content: logo },
];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
for (const { name, width, height, content } of pictures) {
  const page = await browser.newPage({ viewport: { width, height } });
  await page.setContent(`<body style="margin: 0">${content}</body>`);
  await page.screenshot({ path: `homeassistant/${name}.png`, omitBackground: true });
}
await browser.close();
