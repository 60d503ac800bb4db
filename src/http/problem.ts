import { STATUS_CODES } from 'node:http';
import type { Response } from 'express';
import { AppError } from '../base/errors.ts';

/**
 * An error answer (RFC 9457, `application/problem+json`): `{type, title, status, detail, field?, reason?}`. Where a
 * parameter is to blame, `field` names it and `reason` says what is wrong with it.
 */
export interface Problem {
  status: number;
  /** One sentence for people. */
  detail: string;
  field?: string;
  reason?: string;
}

/** A request that cannot be answered because of one of its parameters. */
export class BadParameter extends AppError {
  readonly field: string;
  readonly reason: string;

  /** `reason` continues the sentence that starts with the name of the field. */
  constructor(field: string, reason: string) {
    super('REQUEST_INVALID', `${field} ${reason}.`);
    this.field = field;
    this.reason = reason;
  }
}

export function sendProblem(response: Response, { status, ...rest }: Problem): void {
  const body = { type: 'about:blank', title: STATUS_CODES[status] ?? '', status, ...rest };
  response.status(status).set('Content-Type', 'application/problem+json');
  response.end(JSON.stringify(body));
}
