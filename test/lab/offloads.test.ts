import { expect, test } from 'vitest';
import { REMOTES, TCP_PORT, type Home, type Host } from './home.ts';
import { loadRules, runIn } from './lab.ts';
import { describeLab, expectEachByteOnce, expectExact, meter, ownInternet } from './metering.ts';
import { lanGateway, oneArmed } from './topologies.ts';
import { transfer } from './traffic.ts';
import { readCounters } from './truth.ts';
import { noUsage } from '../../src/model/usage.ts';

const TOLERANCE = 0.001;
const MEBIBYTE = 1024 * 1024;

/** Counts the super-frames that come into the gateway: without them such a test proves nothing. */
function watchMerging(home: Home): void {
  loadRules(
    home.gateway.namespace,
    `table inet evidence {
      counter merged { }
      chain in {
        type filter hook prerouting priority 0;
        meta l4proto tcp meta length > 1500 counter name merged
      }
    }`,
  );
}

function mergedFrames(home: Home): number {
  return readCounters(home.gateway.namespace).get('merged')?.packets ?? 0;
}

async function bulk(host: Host, upload: number, download: number): Promise<void> {
  const [to] = REMOTES;
  await transfer(host, { from: host.ipv4, to, port: TCP_PORT, upload, download });
}

function expectClose(counted: number, truth: number): void {
  expect(truth).toBeGreaterThan(0);
  expect(Math.abs(counted - truth) / truth).toBeLessThanOrEqual(TOLERANCE);
}

async function expectCountedAsOnTheWire(home: Home): Promise<void> {
  watchMerging(home);
  const run = await meter(home, async () => {
    await Promise.all(home.hosts.map((host) => bulk(host, 6 * MEBIBYTE, 12 * MEBIBYTE)));
  });
  expect(mergedFrames(home)).toBeGreaterThan(100);
  expectExact(run);
  expectEachByteOnce(run);
  expect(ownInternet(run, home)).toEqual({ download: 0, upload: 0 });
}

describeLab(
  'segments merged by the gateway (GRO)',
  () => lanGateway({ merging: 'gro' }),
  (home) => {
    test('are counted as they were on the wire', () => expectCountedAsOnTheWire(home()));
  },
);

describeLab(
  'segments merged by a one-armed gateway (GRO)',
  () => oneArmed('masquerade', { merging: 'gro' }),
  (home) => {
    test('are counted as they were on the wire, once', () => expectCountedAsOnTheWire(home()));
  },
);

describeLab(
  'segments never cut by the sender (TSO)',
  () => lanGateway({ merging: 'tso' }),
  (home) => {
    test('are counted as the wire would have carried them', async () => {
      const [host] = home().hosts as [Host];
      watchMerging(home());
      let sent = noSegments;
      const run = await meter(home(), async () => {
        const before = sentSegments(host);
        // Hardly any download: acknowledgements of it could carry options that no counter tells.
        await bulk(host, 32 * MEBIBYTE, MEBIBYTE / 16);
        const after = sentSegments(host);
        sent = { fresh: after.fresh - before.fresh, again: after.again - before.again };
      });
      const counted = run.ledger.get(host.id) ?? noUsage();
      expect(mergedFrames(home())).toBeGreaterThan(100);
      // IPv4 20, TCP 20, timestamps 12; the 16 bytes are the transfer's own header. What is sent again is full-sized.
      const wire = 32 * MEBIBYTE + 16 + sent.fresh * 52 + sent.again * 1500;
      expectClose(counted.upload, wire);
      expectClose(counted.download, run.truth.get(host.id)?.download ?? 0);
    });
  },
);

interface Segments {
  fresh: number;
  again: number;
}

const noSegments: Segments = { fresh: 0, again: 0 };

/** TCP segments the namespace has sent for the first time and again, counted after cutting. */
function sentSegments(host: Host): Segments {
  const lines = runIn(host.namespace, 'cat', '/proc/net/snmp').split('\n');
  const [names = [], values = []] = lines
    .filter((line) => line.startsWith('Tcp:'))
    .map((line) => line.split(' '));
  const value = (name: string) => Number(values[names.indexOf(name)]);
  return { fresh: value('OutSegs'), again: value('RetransSegs') };
}
