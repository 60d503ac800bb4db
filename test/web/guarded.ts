import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { runProgram } from '../support/program.ts';
import { ask, startDaemon } from './daemon.ts';

/** A daemon that wants tokens, on a small household if not told otherwise, for one test. */
export async function startGuarded(household = ['--days', '2', '--devices', '4']) {
  const directory = mkdtempSync(join(tmpdir(), 'lanledger-login-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const data = join(directory, 'demo');
  const daemon = startDaemon(['demo', '--port', '0', ...household, '--data', data]);
  const open = await daemon.nextLink();
  const config = join(data, 'lanledger.yaml');
  const text = readFileSync(config, 'utf8');
  writeFileSync(config, text.replace(/"auth": *"none"/, '"auth": "token"'));
  await ask(`${open}api/v1/commands`, 'POST', { command: 'restart' });
  const link = await daemon.nextLink();
  const addToken = async (name: string, scope: string) => {
    const args = ['token', 'add', name, '--scope', scope, '--config', config];
    return (await runProgram(args)).stdout.trim();
  };
  return { address: new URL(link).origin, link, addToken };
}
