#!/usr/bin/env node
import { AppError, messageOf } from './base/errors.ts';
import { createProgram, OPERATOR_MISTAKE } from './cli.ts';

/** The reader of a pipe may leave early (`lanledger devices | head`): that is no failure. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  const text = `Standard output cannot be written (${error.message}): see whether the disk it goes to is full.`;
  process.stderr.write(`lanledger: ${text}\n`);
  process.exit(1);
});

/** Nor does the daemon end because nobody reads its log any more. */
process.stderr.on('error', () => {});

try {
  await createProgram().parseAsync();
} catch (error) {
  const text = error instanceof AppError ? error.message : describeBug(error);
  process.stderr.write(`lanledger: ${text}\n`);
  process.exit(error instanceof AppError ? OPERATOR_MISTAKE : 1);
}

function describeBug(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
}
