import type { ErrorCode } from '../base/errors.ts';

/** Why a command did nothing. */
export interface CommandFailure {
  code: ErrorCode | 'INTERNAL';
  /** One sentence for people. */
  message: string;
  /** The field of the input that is to blame. */
  field?: string;
}

export type CommandAnswer =
  { status: 'ok'; data: unknown } | { status: 'error'; error: CommandFailure };

/**
 * Runs the command of that name (`device/rename`) with an input of any origin: it is validated here. Never throws; what
 * goes wrong is in the answer. Data is plain JSON.
 */
export type Execute = (command: string, input: unknown) => CommandAnswer;
