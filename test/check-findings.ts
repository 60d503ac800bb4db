import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { check } from '../src/check.ts';
import type { LoadedConfig } from '../src/config/load.ts';
import type { Finding } from '../src/finding.ts';

export function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'lanledger-check-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}

export async function findingsOf(loaded: LoadedConfig): Promise<Finding[]> {
  let printed = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  try {
    await check(loaded, { json: true });
  } finally {
    write.mockRestore();
  }
  return (JSON.parse(printed) as { findings: Finding[] }).findings;
}
