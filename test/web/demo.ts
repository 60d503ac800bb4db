import { afterAll, beforeAll } from 'vitest';
import { startProgram, type Running } from '../support/program.ts';
import { eveningZone } from '../support/zones.ts';

/** A daemon on the made-up household, shared by the tests of a file; returns its address, without a slash at its end. */
export function useDemo(options: readonly string[] = []): () => string {
  let running: Running;
  let url = '';
  beforeAll(async () => {
    const environment = { TZ: eveningZone, PATH: process.env['PATH'] ?? '' };
    running = startProgram(['demo', '--port', '0', ...options], { environment });
    url = await addressOf(running);
  }, 60_000);
  afterAll(async () => {
    running.child.kill('SIGTERM');
    await running.ended;
  });
  return () => url;
}

/** Resolves with the address that the log tells. */
function addressOf({ child, ended }: Running): Promise<string> {
  return new Promise((resolve, reject) => {
    let log = '';
    child.stderr.on('data', (text: string) => {
      log += text;
      const found = /Open (\S+?)\/ in a browser/.exec(log)?.[1];
      if (found !== undefined) resolve(found);
    });
    void ended.then(() => reject(new Error(`the demo ended:\n${log}`)));
  });
}
