import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { browserProblem, openPage, startBrowser } from './chromium.ts';
import { dashboardContent } from './dashboard-content.ts';
import { startDemo, type Demo } from './demo.ts';
import { configurationNodes, dropNode, importCopy, invalidNodes, openEditor } from './editor.ts';
import { change, merge, readFlows, type FlowNode } from './example-flows.ts';
import { install, packNodes, type Installation } from './node-red-install.ts';
import { startNodeRed, textOf, type NodeRed } from './node-red.ts';

const SET_UP_LIMIT_MS = 120_000;
const LIMIT_MS = 60_000;
const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 390, height: 844 };
const NOTHING: unknown[] = [];

const manifest = JSON.parse(readFileSync('nodes/package.json', 'utf8')) as {
  name: string;
  version: string;
  'node-red': { nodes: Record<string, string> };
};
const types = Object.keys(manifest['node-red'].nodes);
const flows = readFlows();

interface EventList {
  events: { id: number; device: string }[];
}

/** A real Node-RED with the packed nodes, all example flows and Dashboard, at a daemon with live traffic. */
export async function describeNodeRed(title: string, packages: readonly string[]): Promise<void> {
  const installation = await install(packages).catch((error: Error) => error);
  const problem = installation instanceof Error ? installation.message : undefined;
  for (const reason of [problem, browserProblem]) {
    if (reason !== undefined) process.stderr.write(`\n*** SKIPPED in "${title}": ${reason} ***\n`);
  }

  describe.skipIf(problem !== undefined)(title, { timeout: LIMIT_MS }, () => {
    let directory: string;
    let demo: Demo;
    let red: NodeRed;
    let mqtt: MqttClient;
    const message = () => new Promise<unknown>((resolve) => mqtt.once('message', resolve));
    beforeAll(async () => {
      directory = mkdtempSync(join(tmpdir(), 'lanledger-flows-'));
      demo = await startDemo();
      red = await startNodeRed(installation as Installation);
      await red.install(await packNodes(directory));
      mqtt = await connectAsync(`mqtt://127.0.0.1:${demo.brokerPort}`);
      await red.deploy(deployed());
      await red.until(({ msg }) => msg === 'Connected to LanLedger.');
    }, SET_UP_LIMIT_MS);
    afterAll(async () => {
      await mqtt?.endAsync();
      await red?.stop();
      await demo?.stop();
      rmSync(directory, { recursive: true, force: true });
    }, SET_UP_LIMIT_MS);

    /** All examples, at the demo's broker, with a small limit; debug nodes write to the log, too. */
    function deployed(): FlowNode[] {
      const log = join(directory, 'alerts.jsonl');
      return change(merge(flows.values()), {
        'mqtt-broker': { port: demo.brokerPort },
        'lanledger-limit': { limit: '1', unit: 'MB' },
        debug: { console: true },
        file: { filename: log, filenameType: 'str' },
        'file in': { filename: log, filenameType: 'str' },
      });
    }

    test('every set of nodes loads', async () => {
      const { version } = await red.get<{ version: string }>('/settings');
      expect(title).toContain(`Node-RED ${version.split('.')[0]} `);
      const sets = await red.sets();
      expect(sets.filter(({ err }) => err !== undefined)).toEqual(NOTHING);
      const ours = sets.filter(({ module }) => module === manifest.name);
      expect(ours.map(({ id }) => id).toSorted()).toEqual(
        types.map((type) => `${manifest.name}/${type}`).toSorted(),
      );
    });

    test('every flow is offered as an example', async () => {
      for (const [name, nodes] of flows) {
        const path = `/library/examples/flows/${manifest.name}/${name}`;
        expect(await red.get(path)).toEqual(nodes);
      }
    });

    test('every flow runs without a warning', () => {
      expect(red.log.filter(({ msg }) => textOf(msg).includes('missing types'))).toEqual(NOTHING);
      expect(red.troubles()).toEqual(NOTHING);
    });

    describe('live data reaches the flow', () => {
      const find = (flow: string, type: string, name: string): string => {
        const found = flows.get(flow)?.find((node) => node.type === type && node['name'] === name);
        if (found === undefined) throw new Error(`${flow} has no ${type} "${name}"`);
        return found.id;
      };
      /** Waits for what a debug node shows. */
      const shown = async (flow: string, name: string, wanted: RegExp) => {
        const id = find(flow, 'debug', name);
        const line = await red.until((one) => one.id === id && wanted.test(textOf(one.msg)));
        return textOf(line.msg);
      };
      const press = (flow: string, name: string, properties?: Record<string, unknown>) =>
        red.inject(find(flow, 'inject', name), properties);

      test('usage', async () => {
        const text = await shown('usage', 'usage of one device', /name: 'NAS'/);
        expect(text).toMatch(/period: 'today',\s+download: \d+,\s+upload: \d+,\s+total: \d+/);
      });

      test('rate', async () => {
        await shown('rate', 'rate of the network', /download: [\d.]+, upload: [\d.]+/);
      });

      test('devices', async () => {
        await press('devices', 'list');
        expect(await shown('devices', 'list of devices', /name: 'NAS'/)).toContain('total: {');
        await press('devices', 'who is online?');
        await shown('devices', 'name of one device', /^NAS$/);
      });

      test('history', async () => {
        await press('history', 'last 7 days');
        await shown('history', 'rows', /device: 'network'/);
        await press('history', 'last 30 days by week');
        await press('history', 'this month');
        const csv = await shown('history', 'put a file node here', /device,name,download/);
        expect(csv).toMatch(/,NAS,\d+,\d+,\d+/);
      });

      test('limit', async () => {
        await shown('limit', 'exceeded', /level: 'exceeded'/);
        await press('limit', 'how do all stand?', { action: 'check', limit: '100000000' });
        await shown('limit', 'back to normal', /limit: 100000000000000,/);
      });

      test('rename and events', async () => {
        await press('rename', 'new name', { device: 'Games console', name: 'Console' });
        await shown('rename', 'renamed device', /name: 'Console'/);
        await shown('event', 'what happened', /Console/);
        const before = red.log.length;
        await press('rename', 'new name', { device: '203.0.113.99', name: 'Nobody' });
        await shown('rename', 'why not', /203\.0\.113\.99/);
        // What a Catch node takes is in no log.
        expect(red.log.slice(before).filter(({ level }) => level <= 20)).toEqual(NOTHING);
      });

      test('daily report', async () => {
        await press('daily-report', '7:00, or click');
        const report = await shown('daily-report', 'send this', /topic: 'Network on \d{4}-/);
        expect(report).toMatch(/NAS: [\d.]+ [MG]B/);
      });

      test('alerts at the broker', async () => {
        const alerts = new Map<string, { level?: string; message?: string }>();
        mqtt.on('message', (topic, payload) => {
          alerts.set(topic, JSON.parse(payload.toString()) as object);
        });
        onTestFinished(() => void mqtt.removeAllListeners('message'));
        await mqtt.subscribeAsync('alerts/#');
        const nas = await demo.idOf('NAS');
        const limit = { target: nas, period: 'month', direction: 'both', bytes: 1000 };
        await demo.command('limit/set', limit);
        const happened = 'alerts/event/limit-exceeded';
        while (!alerts.has(`alerts/usage/${nas}`) || !alerts.has(happened)) {
          await message();
        }
        expect(alerts.get(`alerts/usage/${nas}`)).toMatchObject({ name: 'NAS', level: 'exceeded' });
        expect(alerts.get(happened)?.message).toContain('NAS');
      });
    });

    describe.skipIf(browserProblem !== undefined)('in a browser', () => {
      let browser: Browser;
      beforeAll(async () => {
        browser = await startBrowser();
      });
      afterAll(() => browser?.close());

      /** Opens a page of the dashboard; what it says to the console must be nothing at the end. */
      async function openDashboard(path: string, viewport = WIDE) {
        const { page, errors } = await openPage(browser, viewport);
        onTestFinished(async () => {
          await page.context().close();
          expect(errors).toEqual(NOTHING);
        });
        await page.goto(`${red.url}/dashboard${path}`);
        return page;
      }

      const views = [WIDE, NARROW].flatMap((size) =>
        dashboardContent.map(([path, texts]) => ({ path, texts, ...size })),
      );

      test.for(views)('dashboard $path shows it, $width px wide', async (view) => {
        const { path, texts, width, height } = view;
        const page = await openDashboard(path, { width, height });
        for (const text of texts) {
          const exact = typeof text === 'string';
          await page.getByText(text, { exact }).filter({ visible: true }).first().waitFor();
        }
        const charts = page.locator('canvas');
        for (const chart of await charts.all()) await chart.waitFor();
        // Nothing reaches over the edge.
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
        await page.screenshot({ path: join(directory, `${path.slice(1)}-${width}.png`) });
      });

      test('the history of a device goes by days or by months', async () => {
        const page = await openDashboard('/device-history');
        await page.getByText('31 days', { exact: true }).click();
        await page.getByText('12 months', { exact: true }).click();
        const months = page.getByText(/^\d{4}-\d\d$/);
        await months.first().waitFor();
      });

      test('a name typed in the dashboard is the name in the daemon and at the broker', async () => {
        const id = await demo.idOf('Pixel-9');
        const published: string[] = [];
        mqtt.on('message', (topic, payload) => {
          if (topic !== `lanledger/device/${id}`) return;
          published.push((JSON.parse(payload.toString()) as { name: string }).name);
        });
        onTestFinished(() => void mqtt.removeAllListeners('message'));
        await mqtt.subscribeAsync(`lanledger/device/${id}`);
        const page = await openDashboard('/rename-devices');
        await page.locator(`a[data-device="${id}"]`).click();
        const field = page.locator('input:focus');
        await field.fill('Phone of Anna');
        await field.press('Enter');
        await page.getByText('Phone of Anna').waitFor();
        while (published.at(-1) !== 'Phone of Anna') await message();
        expect(await demo.idOf('Phone of Anna')).toBe(id);
      });

      test('a name that is refused is explained to who typed it', async () => {
        const page = await openDashboard('/rename-devices');
        await page.getByText('Washing machine', { exact: true }).click();
        const field = page.locator('input:focus');
        await field.fill('NAS');
        await field.press('Enter');
        await page.locator('.v-snackbar').getByText('NAS').waitFor();
      });

      test('a new device is named and acknowledged', async () => {
        const input = { acknowledged: false, type: 'device-new' };
        const [event] = (await demo.command<EventList>('events', input)).events;
        const page = await openDashboard('/new-devices');
        await page.getByLabel('Name (optional)').first().fill('Front door');
        await page.getByText('I know it').click();
        await page.getByText('No new devices').waitFor();
        expect(await demo.command<EventList>('events', input)).toMatchObject({ events: [] });
        expect(await demo.idOf('Front door')).toBe(event?.device);
      });

      test('another import uses the server and the dashboard that are there', async () => {
        const { page, errors } = await openEditor(browser, red.url);
        onTestFinished(() => page.context().close());
        const before = await configurationNodes(page);
        await importCopy(page, flows.get('dashboard/overview') ?? []);
        expect(await configurationNodes(page)).toEqual(before);
        expect(errors).toEqual(NOTHING);
      });

      test('in the editor each node is dragged, set up with a device it offers, and deployed', async () => {
        const { page, errors } = await openEditor(browser, red.url);
        onTestFinished(() => page.context().close());
        expect(await invalidNodes(page)).toEqual(NOTHING);
        const nas = await demo.idOf('NAS');
        for (const type of types.filter((each) => each !== 'lanledger-server')) {
          const { devices, device, ...node } = await dropNode(page, type, 'NAS');
          expect(node).toMatchObject({ type, valid: true });
          const chosen = type === 'lanledger-devices' ? undefined : nas;
          expect(devices?.[0] ?? device).toBe(chosen);
        }
        const before = red.log.length;
        await page.locator('#red-ui-header-button-deploy').click();
        await red.until(({ msg }) => textOf(msg).includes('Started'), before);
        await page.getByText('Successfully deployed').waitFor();
        expect(await invalidNodes(page)).toEqual(NOTHING);
        expect(errors).toEqual(NOTHING);
      });
    });

    test('nothing went wrong on the way', () => {
      expect(red.troubles()).toEqual(NOTHING);
    });
  });
}
