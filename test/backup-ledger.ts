import { join } from 'node:path';
import { checkpoint, temporaryDirectory, usage } from './store/ledger.ts';
import { runProgram, type Ending } from './support/program.ts';
import { openStore } from '../src/store/store.ts';

const day = 20261120;

const at = Date.parse('2026-11-20T09:00:00Z');

/** A data directory with a ledger of some days, whose last checkpoint was at `at`. */
export function dataDirectory(): string {
  const directory = join(temporaryDirectory(), 'data');
  fill(directory, 7);
  return directory;
}

export function fill(directory: string, scale: number): void {
  const store = openStore(join(directory, 'lanledger.db'));
  const days = [{ device: '020000000001', day, usage: usage(scale) }];
  const hours = [{ device: '020000000001', hour: at, usage: usage(scale) }];
  store.checkpoint(checkpoint({ at, days, hours }));
  store.close();
}

export function backup(directory: string, ...args: string[]): Promise<Ending> {
  return runProgram(['backup', '--data-directory', directory, ...args]);
}
