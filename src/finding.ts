import { messageOf } from './base/errors.ts';

/** What was found about one thing that LanLedger needs. */
export interface Finding {
  subject: string;
  /** `warn`: it works, but something is worth doing; `fail`: it does not work like this. */
  level: 'ok' | 'warn' | 'fail';
  /** What is so, and what to do. */
  sentence: string;
}

/** The sentence where all is well, or a warning. */
export type Verdict = string | { warning: string };

/** Runs one check; where it throws, that is the finding. */
export async function examine(
  subject: string,
  work: () => Promise<Verdict> | Verdict,
): Promise<Finding> {
  try {
    const verdict = await work();
    return typeof verdict === 'string'
      ? { subject, level: 'ok', sentence: verdict }
      : { subject, level: 'warn', sentence: verdict.warning };
  } catch (error) {
    return { subject, level: 'fail', sentence: messageOf(error) };
  }
}

/** A warning where there is something to warn of. */
export function verdictOf(sentence: string, warnings: readonly string[]): Verdict {
  return warnings.length === 0 ? sentence : { warning: [sentence, ...warnings].join(' ') };
}
