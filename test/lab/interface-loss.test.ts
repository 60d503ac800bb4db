import { readdirSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { end, runDaemon, talk } from './daemon-run.ts';
import { ledgerOf } from './daemon.ts';
import type { Home, Host } from './home.ts';
import { runIn } from './lab.ts';
import { describeLab, settledTruth } from './metering.ts';
import { getHealth, linesWith, logged } from './observation.ts';
import { twoInterfaces } from './topologies.ts';
import { exchange, udpBytes } from './traffic.ts';

/** <linux/if_bridge.h> */
const FORWARDING = '3';
const SECOND = { interface: 'eth-lan2', switch: 'switch2' } as const;

/** Removes the gateway's second interface for good, and the cable with it. */
function unplug({ gateway }: Home): void {
  runIn(gateway.namespace, 'ip', 'link', 'del', SECOND.interface);
}

/** Makes it anew, as a driver does that is loaded again: same name and addresses, another interface. */
async function plugInAgain({ lab, gateway }: Home): Promise<void> {
  const ours = new RegExp(`^ll${process.pid}-.*-${SECOND.switch}$`);
  const behind = readdirSync('/run/netns').find((name) => ours.test(name));
  if (behind === undefined) throw new Error(`there is no ${SECOND.switch}`);
  lab.cable(
    {
      namespace: gateway.namespace,
      interface: SECOND.interface,
      mac: gateway.macs[1] ?? '',
      addresses: ['192.168.2.1/24'],
    },
    { namespace: behind, interface: 'port-new', bridge: 'br0' },
  );
  // The switch looks at a new port up to a second later.
  const state = () => runIn(behind, 'cat', '/sys/class/net/port-new/brport/state').trim();
  await expect.poll(state, { timeout: 20_000 }).toBe(FORWARDING);
}

describeLab('an interface that goes away', twoInterfaces, (home) => {
  test('costs its own traffic only, and is captured again when it is back', async () => {
    const { gateway, hosts } = home();
    const [steady, cut] = hosts as [Host, Host];
    for (const host of hosts) host.truth.reset();
    const daemon = await runDaemon(home());
    const over = new AbortController();
    onTestFinished(() => over.abort());
    const meanwhile = (async () => {
      while (!over.signal.aborted)
        await exchange(steady, { ...talk, from: steady.ipv4, count: 50 });
    })();
    const traffic = () => exchange(cut, { ...talk, from: cut.ipv4, count: 100 });
    await traffic();

    runIn(gateway.namespace, 'ip', 'link', 'set', 'eth-lan2', 'down');
    await logged(daemon, 'Interface eth-lan2 stopped working');
    const down = 'Interface eth-lan2 is down or gone: its traffic is not metered.';
    const problems = async () => (await getHealth(gateway.agent)).problems;
    await expect.poll(problems, { timeout: 20_000 }).toEqual([down]);
    unplug(home());
    await plugInAgain(home());
    await logged(daemon, 'Interface eth-lan2 is back: capturing again.');
    await traffic();

    unplug(home());
    await logged(daemon, 'Interface eth-lan2 stopped working', 2);
    await plugInAgain(home());
    await logged(daemon, 'Interface eth-lan2 is back: capturing again.', 2);
    await traffic();

    await expect.poll(problems, { timeout: 20_000 }).toEqual([]);
    over.abort();
    await meanwhile;
    const truth = await settledTruth(home());
    await end(daemon);
    const ledger = ledgerOf(daemon);
    expect(Object.fromEntries(hosts.map(({ id }) => [id, ledger.get(id)]))).toEqual(
      Object.fromEntries(truth),
    );
    expect(truth.get(cut.id)?.upload).toBe(udpBytes(300, 1000, talk.to));
    expect(linesWith(daemon, ' warning: ')).toHaveLength(2);
    expect(linesWith(daemon, ' error: ')).toEqual([]);
  });
});
