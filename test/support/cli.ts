import { writeFileSync } from 'node:fs';
import { newPath } from '../store/ledger.ts';
import type { Ending } from './program.ts';

export function configFile(yaml: string): string {
  const file = newPath('lanledger.yaml');
  writeFileSync(file, yaml);
  return file;
}

/** A refusal: one sentence on standard error, nothing on standard output. */
export function refused(sentence: string): Ending {
  return { exitCode: 2, stdout: '', stderr: `lanledger: ${sentence}\n` };
}

/** What `check --json` found, by subject. */
export function findingsOf({ stdout }: Ending): Record<string, string> {
  const { findings } = JSON.parse(stdout) as {
    findings: { subject: string; level: string; sentence: string }[];
  };
  return Object.fromEntries(
    findings.map(({ subject, level, sentence }) => [subject, `${level}: ${sentence}`]),
  );
}
