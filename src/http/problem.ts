import { STATUS_CODES } from 'node:http';
import type { ErrorRequestHandler, Response } from 'express';
import { AppError, InvalidField, messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { CommandFailure } from '../model/command.ts';

/** An error answer: `Problem` of model/schemas.json (RFC 9457, `application/problem+json`). */
export interface Problem {
  status: number;
  /** One sentence for people. */
  detail: string;
  code?: string;
  field?: string;
  reason?: string;
}

export function sendProblem(response: Response, { status, ...rest }: Problem): void {
  const body = { type: 'about:blank', title: STATUS_CODES[status] ?? '', status, ...rest };
  response.status(status).set('Content-Type', 'application/problem+json');
  response.end(JSON.stringify(body));
}

/** `allowed`: the methods an address has, as the header `Allow` lists them. */
export function refuseMethod(response: Response, allowed: string): void {
  response.set('Allow', allowed);
  sendProblem(response, { status: 405, detail: `This address answers ${allowed} only.` });
}

const statusByCode: Partial<Record<CommandFailure['code'], number>> = {
  REQUEST_INVALID: 400,
  COMMAND_UNKNOWN: 404,
  DEVICE_UNKNOWN: 404,
  GROUP_UNKNOWN: 404,
  LIMIT_UNKNOWN: 404,
  NAME_TAKEN: 409,
  DASHBOARD_MISSING: 503,
  STORE_BUSY: 503,
  STORE_FORMAT: 503,
  STORE_FULL: 503,
  STORE_UNWRITABLE: 503,
};

export function sendFailure(response: Response, { code, message, field }: CommandFailure): void {
  const about = field === undefined ? {} : { field };
  sendProblem(response, { status: statusByCode[code] ?? 500, detail: message, code, ...about });
}

/** Sentences for what express and its body parser refuse. */
const refusals: Record<number, string> = {
  400: 'The request is not valid: check its address and that its body is valid JSON.',
  413: 'The body is too large.',
  415: 'The body comes in a character set or encoding that is not known here.',
};

/** The last in line: whatever was thrown becomes an answer. Four parameters are what makes it an error handler to express. */
export function problemHandler(log: Log): ErrorRequestHandler {
  return (error: unknown, request, response: Response, _next) => {
    if (response.headersSent) {
      log.warn(`${request.method} ${request.path} ended early: ${messageOf(error)}`);
      response.destroy();
    } else if (error instanceof AppError && statusByCode[error.code] !== undefined) {
      sendAppError(response, error);
    } else {
      const status = refusedStatus(error);
      if (status !== undefined) {
        sendProblem(response, { status, detail: refusals[status] ?? messageOf(error) });
        return;
      }
      const stack = error instanceof Error ? error.stack : undefined;
      log.error(`${request.method} ${request.path} failed: ${messageOf(error)}`, { stack });
      sendProblem(response, { status: 500, detail: 'This is a fault of LanLedger; see its log.' });
    }
  };
}

function sendAppError(response: Response, error: AppError): void {
  const { code, message: detail } = error;
  const about = error instanceof InvalidField ? { field: error.field, reason: error.reason } : {};
  sendProblem(response, { status: statusByCode[code] ?? 500, detail, code, ...about });
}

/** The status of a client's fault, as express names it. */
function refusedStatus(error: unknown): number | undefined {
  const status: unknown = (error as { status?: unknown } | undefined)?.status;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}
