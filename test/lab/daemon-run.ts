import { expect, onTestFinished } from 'vitest';
import { startDaemon, type Daemon } from './daemon.ts';
import { REMOTES, UDP_PORT, type Home } from './home.ts';

export const talk = { to: REMOTES[0], port: UDP_PORT, bytes: 1000, replies: 1, replyBytes: 500 };

/** Runs the daemon in the gateway; it ends with the test. */
export async function runDaemon(home: Home, more: Record<string, unknown> = {}): Promise<Daemon> {
  const daemon = await startDaemon(home.gateway.namespace, { interfaces: home.capture, more });
  onTestFinished(() => daemon.remove());
  return daemon;
}

/** Ends the daemon, which must have gone in order. */
export async function end(daemon: Daemon): Promise<void> {
  const { exitCode, elapsedMs } = await daemon.stop();
  expect({ exitCode, log: daemon.log() }).toMatchObject({ exitCode: 0 });
  // More, and service managers lose patience with several services at once.
  expect(elapsedMs).toBeLessThan(2000);
}
