import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { startDaemon } from '../lab/daemon.ts';
import { REMOTES, TCP_PORT, type Home } from '../lab/home.ts';
import { describeLab, settledTruth } from '../lab/metering.ts';
import { listenToMqtt } from '../lab/mqtt-listener.ts';
import { getJson } from '../lab/observation.ts';
import { lanGateway } from '../lab/topologies.ts';
import { everydayTraffic, transfer } from '../lab/traffic.ts';
import { amountText } from './amounts.ts';
import { executablePath, launchBrowser, poll, visit } from './browser.ts';
import { card, readCsv } from './dashboard.ts';

const address = 'http://127.0.0.1:8777';

/** A browser on the gateway itself: what it asks is none of the devices' traffic. */
async function browserIn(namespace: string): Promise<Browser> {
  const directory = mkdtempSync(join(tmpdir(), 'lanledger-browser-'));
  const script = join(directory, 'chromium');
  writeFileSync(script, `#!/bin/sh\nexec ip netns exec ${namespace} ${executablePath} "$@"\n`, {
    mode: 0o755,
  });
  const browser = await launchBrowser(script);
  onTestFinished(async () => {
    await browser.close();
    rmSync(directory, { recursive: true });
  });
  return browser;
}

async function open(home: Home) {
  for (const host of home.hosts) host.truth.reset();
  const { namespace } = home.gateway;
  const more = { store: { checkpointSeconds: 1 }, mqtt: { intervalSeconds: 1 } };
  const daemon = await startDaemon(namespace, { interfaces: home.capture, more });
  onTestFinished(() => daemon.remove());
  const browser = await browserIn(namespace);
  return visit(browser, `${address}/#/devices`, { viewport: { width: 1440, height: 900 } });
}

if (executablePath === undefined) {
  process.stderr.write(
    '\n*** SKIPPED the dashboard of a real home: there is no chromium here ***\n',
  );
}

describeLab('the dashboard of a real home', lanGateway, (home) => {
  test.skipIf(executablePath === undefined)(
    'rates move with the traffic, and its bytes are those of the senders',
    async () => {
      const { page, complaints } = await open(home());
      await page.getByText('No device has been seen.').waitFor();
      const [host, other] = home().hosts;
      if (host === undefined || other === undefined) throw new Error('nobody is at home');
      await Promise.all([everydayTraffic(host), everydayTraffic(other)]);
      const row = page.getByRole('row').filter({ hasText: host.ipv4 });
      await row.getByRole('link').press('Enter');
      await page.getByRole('heading', { level: 1 }).waitFor();

      const rate = () => page.locator('.device-rate .download').textContent();
      await poll(rate).toBe('0 B/s');
      const seen = new AbortController();
      const download = { from: host.ipv4, to: REMOTES[0], port: TCP_PORT, download: 200_000 };
      const flow = async () => {
        while (!seen.signal.aborted) await transfer(host, download);
      };
      const flowing = flow();
      await poll(rate)
        .toMatch(/^[1-9][\d.]* MB\/s$/)
        .finally(() => seen.abort());
      await flowing;
      await poll(rate).toBe('0 B/s');

      const truth = await settledTruth(home());
      const own = truth.get(host.id) ?? { download: 0, upload: 0 };
      const today = card(page, 'Today').locator('dd');
      await poll(async () => (await today.allTextContents()).slice(0, 2)).toEqual(
        [own.download, own.upload].map((bytes) => amountText(bytes)),
      );
      // Every byte of it is in the file.
      await page.getByRole('link', { name: 'All devices' }).click();
      await page.getByRole('searchbox').fill('192.168.1.10');
      const csv = async () => {
        const [file] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('button', { name: 'Download as CSV' }).click(),
        ]);
        const [titles = [], ...lines] = readCsv(readFileSync(await file.path(), 'utf8').slice(1));
        const at = (title: string) => titles.indexOf(`Today, ${title} (bytes)`);
        const amounts = lines.map((cells) => [
          cells[titles.indexOf('MAC')],
          Number(cells[at('download')]),
          Number(cells[at('upload')]),
        ]);
        return amounts.toSorted(([one], [two]) => String(one).localeCompare(String(two)));
      };
      await poll(csv).toEqual(
        home().hosts.map(({ id, mac }) => [mac, truth.get(id)?.download, truth.get(id)?.upload]),
      );
      expect(complaints).toEqual([]);
    },
  );

  test.skipIf(executablePath === undefined)(
    'a name that is typed in the page is the one of the API and of MQTT',
    async () => {
      const { page, complaints } = await open(home());
      const { namespace, agent } = home().gateway;
      const mqtt = await listenToMqtt(namespace, 'lanledger/#');
      onTestFinished(() => mqtt.close());
      const [host] = home().hosts;
      if (host === undefined) throw new Error('nobody is at home');
      await everydayTraffic(host);
      await page.getByRole('row').filter({ hasText: host.ipv4 }).getByRole('link').press('F2');
      await page.keyboard.type('Grandma’s tablet');
      await page.keyboard.press('Enter');
      await page.getByRole('link', { name: 'Grandma’s tablet', exact: true }).waitFor();
      const { name } = await getJson<{ name: string }>(agent, `/api/v1/devices/${host.id}`);
      expect(name).toBe('Grandma’s tablet');
      const published = () => {
        const text = mqtt.messages.get(`lanledger/device/${host.id}`)?.text ?? '{}';
        return (JSON.parse(text) as { name?: string }).name;
      };
      await poll(published).toBe('Grandma’s tablet');
      expect(complaints).toEqual([]);
    },
  );
});
