/** Why something did not work: `message` is one sentence for people, `code` is for programs. */
export class Failure extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'LanLedgerError';
    this.code = code;
  }

  /** What Catch nodes get as `msg.error.message`. */
  override toString(): string {
    return this.message;
  }
}

/** Anything that was thrown, as an error. */
export function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
