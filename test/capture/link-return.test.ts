import { execFileSync, spawnSync } from 'node:child_process';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import type { Log } from '../../src/base/log.ts';
import { openAfPacket } from '../../src/capture/af-packet/af-packet.ts';
import { openLibpcap } from '../../src/capture/libpcap.ts';

const problem = process.platform === 'linux' && process.getuid?.() === 0 ? undefined : 'needs root';
if (problem !== undefined) process.stderr.write(`skipped: a link that returns (${problem})\n`);

const HOUR_MS = 3_600_000;
const LONGEST_GAP_MS = 250;
const LONGEST_GAP_OF_LIBPCAP_MS = 1000;
const name = `llr${process.pid}`;

function link(...words: string[]): void {
  execFileSync('ip', ['link', ...words]);
}

function nothing(): void {}

afterEach(() => void vi.useRealTimers());

test.skipIf(problem !== undefined)(
  'an interface is captured again at once, however long it was down',
  async () => {
    link('add', name, 'type', 'bridge');
    onTestFinished(() => void spawnSync('ip', ['link', 'del', name], { stdio: 'ignore' }));
    link('set', name, 'addrgenmode', 'none', 'up');
    let wentDown = nothing;
    const isDown = new Promise<void>((resolve) => {
      wentDown = resolve;
    });
    const told: string[] = [];
    const log: Log = {
      debug: nothing,
      info: (sentence) => void told.push(sentence),
      warn: wentDown,
      error: nothing,
    };
    const options = { interfaces: [name], filter: '', ringMebibytes: 1, promiscuous: false };
    const source = openAfPacket(options, log);
    await source.start(nothing);
    onTestFinished(() => source.stop());

    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    link('set', name, 'down');
    await isDown;
    await vi.advanceTimersByTimeAsync(HOUR_MS);
    expect(source.counters()).toMatchObject([{ up: false }]);
    link('set', name, 'up');
    await vi.advanceTimersByTimeAsync(LONGEST_GAP_MS);
    expect(source.counters()).toMatchObject([{ up: true }]);
    expect(told).toEqual([`Interface ${name} is back: capturing again.`]);
  },
);

const silent: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
const drivers = {
  'af-packet': async () =>
    openAfPacket({ interfaces: [name], filter: '', ringMebibytes: 1, promiscuous: false }, silent),
  libpcap: async () => openLibpcap({ interfaces: [name], filter: '', ringMebibytes: 1 }, silent),
};

const hasCap = spawnSync(process.execPath, ['-e', 'require("cap")']).status === 0;
const present = Object.entries(drivers).filter(([driver]) => driver !== 'libpcap' || hasCap);
if (!hasCap) process.stderr.write('skipped: libpcap waits for an interface (cap is not there)\n');

test.skipIf(problem !== undefined).each(present)(
  '%s waits for an interface that is gone when capture is started again',
  async (_driver, open) => {
    onTestFinished(() => void spawnSync('ip', ['link', 'del', name], { stdio: 'ignore' }));
    const source = await open();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await source.start(nothing);
    onTestFinished(async () => {
      vi.useRealTimers();
      await source.stop();
    });
    expect(source.counters()).toMatchObject([{ up: false }]);

    link('add', name, 'type', 'bridge');
    link('set', name, 'addrgenmode', 'none', 'up');
    await vi.advanceTimersByTimeAsync(LONGEST_GAP_OF_LIBPCAP_MS);
    expect(source.counters()).toMatchObject([{ up: true }]);
  },
);
