import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { ErrorCode } from '../../src/base/errors.ts';
import type { ConfigPart } from '../../src/config/given-value.ts';
import { loadConfig, type LoadedConfig } from '../../src/config/load.ts';

/** A file that goes with the test. */
export function fileOf(content: string, name = 'lanledger.yaml'): string {
  const directory = mkdtempSync(join(tmpdir(), 'lanledger-config-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, name);
  writeFileSync(file, content);
  return file;
}

export function load(
  yaml: string,
  environment: Record<string, string> = {},
  commandLine: ConfigPart = {},
): Promise<LoadedConfig> {
  return loadConfig({ file: fileOf(yaml), environment, commandLine });
}

/** The sentence with which a configuration is refused. */
export async function refusal(
  loading: Promise<unknown>,
  code: ErrorCode = 'CONFIG_INVALID',
): Promise<string> {
  const error: unknown = await loading.then(
    () => new Error('it was accepted'),
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ name: 'AppError', code });
  return (error as Error).message;
}
