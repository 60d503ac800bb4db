import type { Browser, Page } from 'playwright-core';
import { openPage } from './chromium.ts';

/** What the editor knows of a node. */
interface EditedNode {
  id: string;
  type: string;
  valid: boolean;
  devices?: string[];
  device?: string;
}

/** Opens the editor; resolves when its flows are there. */
export async function openEditor(browser: Browser, url: string) {
  const opened = await openPage(browser, { width: 1400, height: 900 });
  await opened.page.goto(url);
  await opened.page.waitForFunction('window.RED?.nodes?.getWorkspaceOrder?.().length > 1');
  await opened.page.locator('#red-ui-loading-progress').waitFor({ state: 'hidden' });
  await opened.page.evaluate('RED.workspaces.add()');
  return opened;
}

/** Nodes and configuration nodes that the editor marks as not properly set up. */
export function invalidNodes(page: Page): Promise<unknown[]> {
  return page.evaluate(`(() => {
    const found = [];
    const look = ({ type, name, valid, validationErrors }) => {
      if (valid === false) found.push({ type, name, validationErrors });
    };
    RED.nodes.eachNode(look);
    RED.nodes.eachConfig(look);
    return found;
  })()`);
}

/** How many configuration nodes of each type there are. */
export function configurationNodes(page: Page): Promise<Record<string, number>> {
  return page.evaluate(`(() => {
    const counts = {};
    RED.nodes.eachConfig(({ type }) => { counts[type] = (counts[type] ?? 0) + 1; });
    return counts;
  })()`);
}

/** What the editor's button "Import copy" does. */
export function importCopy(page: Page, nodes: readonly object[]): Promise<void> {
  const options = '{ generateIds: true, addFlow: false }';
  return page.evaluate(`RED.view.importNodes(${JSON.stringify(nodes)}, ${options})`);
}

/** Drags a node out of the palette, sets it up for a device that it offers, and closes its dialog with Done. */
export async function dropNode(page: Page, type: string, device: string): Promise<EditedNode> {
  const inPalette = page.locator(`.red-ui-palette-node[data-palette-type="${type}"]`);
  await inPalette.scrollIntoViewIfNeeded();
  const count = await page.evaluate<number>('RED.nodes.filterNodes({}).length');
  const to = { x: 200, y: 100 };
  await inPalette.dragTo(page.locator('#red-ui-workspace-chart'), { targetPosition: to, steps: 8 });
  await page.waitForFunction(`RED.nodes.filterNodes({}).length === ${count + 1}`);
  const id = await page.evaluate<string>('RED.nodes.filterNodes({}).at(-1).id');
  await page.locator(`[id="${id}"] .red-ui-flow-node`).click();
  // Node-RED takes two clicks for a double click only when 1 to 649 ms lie between them.
  await page.keyboard.press('Enter');
  const dialog = page.locator('.red-ui-tray');
  await dialog.locator('#node-input-name').waitFor();
  await dialog.locator('#node-input-server').selectOption({ label: 'LanLedger' });
  const list = dialog.locator('.red-ui-editableList').first();
  const isList = (await list.count()) > 0;
  if (isList) await dialog.locator('.red-ui-editableList-addButton').first().click();
  const field = isList ? list.locator('input').last() : dialog.locator('#node-input-device');
  if ((await field.count()) > 0) {
    await field.click();
    await field.pressSequentially(device.slice(0, 2));
    const offer = page.locator('.red-ui-autoComplete-container').getByText(`${device} (`);
    await offer.filter({ visible: true }).first().click();
  }
  await page.locator('#node-dialog-ok').click();
  await dialog.waitFor({ state: 'hidden' });
  return page.evaluate<EditedNode>(`(() => {
    const { id, type, valid, devices, device } = RED.nodes.node('${id}');
    return { id, type, valid, devices, device };
  })()`);
}
