import type { Browser } from 'playwright-core';
import type { Device, Devices, Group, Groups, Limits } from '../../src/web/api/operations.ts';
import { visit } from './browser.ts';
import { ask } from './daemon.ts';
import { useDemo } from './demo.ts';

/** The page of limits and groups of a demo of its own, in that browser. */
export function useLimitsPage(browser: () => Browser) {
  const address = useDemo();
  const api = (path: string) => `${address()}/api/v1/${path}`;

  async function limitsNow() {
    const { limits } = await ask<Limits>(api('limits'));
    return limits;
  }

  /** What is told of one limit: bytes and share of the warning. */
  async function limitOf(id: string) {
    const found = (await limitsNow()).find((limit) => limit.id === id);
    return found && [found.bytes, found.warningPercent];
  }

  async function groupNamed(name: string): Promise<Group | undefined> {
    return (await ask<Groups>(api('groups'))).groups.find((group) => group.name === name);
  }

  async function deviceNamed(name: string): Promise<Device> {
    const { devices } = await ask<Devices>(api('devices'));
    const found = devices.find((device) => device.name === name);
    if (found === undefined) throw new Error(`there is no ${name}`);
    return found;
  }

  async function open() {
    const visited = await visit(browser(), `${address()}/#/limits`);
    await visited.page.getByRole('heading', { name: 'Network', exact: true }).waitFor();
    return visited;
  }

  return { address, api, limitsNow, limitOf, groupNamed, deviceNamed, open };
}
