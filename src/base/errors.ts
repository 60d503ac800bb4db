/** Stable codes of everything that can go wrong and that a user or a test may want to tell apart. */
export type ErrorCode =
  | 'CAPTURE_FILTER'
  | 'CAPTURE_INTERFACE'
  | 'CAPTURE_PERMISSION'
  | 'CAPTURE_UNSUPPORTED'
  | 'COMMAND_UNKNOWN'
  | 'CONFIG_INVALID'
  | 'CONFIG_UNREADABLE'
  | 'DAEMON_REFUSED'
  | 'DAEMON_UNREACHABLE'
  | 'DASHBOARD_MISSING'
  | 'DEVICE_UNKNOWN'
  | 'FILE_EXISTS'
  | 'FILE_FORMAT'
  | 'FILE_UNREADABLE'
  | 'FILE_UNWRITABLE'
  | 'GROUP_UNKNOWN'
  | 'INTERRUPTED'
  | 'LIMIT_UNKNOWN'
  | 'NAME_TAKEN'
  | 'PORT_IN_USE'
  | 'PORT_UNAVAILABLE'
  | 'REQUEST_INVALID'
  | 'STORE_BUSY'
  | 'STORE_FORMAT'
  | 'STORE_FULL'
  | 'STORE_UNSUPPORTED'
  | 'STORE_UNWRITABLE'
  | 'SUPERVISOR_REFUSED'
  | 'SUPERVISOR_UNREACHABLE';

/** A failure the user can mend: `message` is one sentence that names what is wrong and what to do. */
export class AppError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AppError';
    this.code = code;
  }
}

/** A request that cannot be answered because of one of its fields. */
export class InvalidField extends AppError {
  readonly field: string;
  readonly reason: string;

  /** `reason` continues the sentence that starts with the name of the field. */
  constructor(field: string, reason: string) {
    super('REQUEST_INVALID', `${field} ${reason}.`);
    this.field = field;
    this.reason = reason;
  }
}

/** The text of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The system's code of a failed call (`ENOSPC`, `EADDRINUSE`, ...), or undefined. */
export function systemCodeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}
