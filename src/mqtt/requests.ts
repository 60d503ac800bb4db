import type { IPublishPacket } from 'mqtt';
import type { Clock } from '../base/clock.ts';
import { InvalidField, messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { isDeeperThan } from '../base/nesting.ts';
import type { CommandAnswer, Execute } from '../model/command.ts';
import type { AnswerQueue } from './answer-queue.ts';
import { packetBytes, type Properties } from './session.ts';
import { createTally } from './tally.ts';
import type { Topics } from './topics.ts';

export interface RequestsOptions {
  topics: Topics;
  execute: Execute;
  answers: AnswerQueue;
  /** The largest packet that the broker takes at present. */
  packetLimit: () => number;
  log: Log;
  clock: Clock;
}

type RequestPacket = Pick<IPublishPacket, 'retain' | 'properties'>;

/** Runs what is asked for in `request/<command>`, and answers. */
export interface Requests {
  /** The payload is of any origin. Never throws. */
  handle(topic: string, payload: Buffer, packet: RequestPacket): void;
  /** Logs what was ignored. */
  report(): void;
}

interface Request {
  input: object;
  /** Serialised as it came, or undefined. */
  transaction: string | undefined;
}

/** Where an answer goes. */
interface ReplyTo {
  topic: string;
  properties: Properties;
}

const mostRequestBytes = 65_536;
const mostLevels = 16;
const longestTransaction = 256;
const mostCorrelationBytes = 1024;
/** Who asked has gone on by then. */
const answerExpirySeconds = 60;

export function createRequests(options: RequestsOptions): Requests {
  const { topics, execute, answers, packetLimit, log, clock } = options;
  const retained = createTally(
    log,
    clock,
    (number) =>
      `Retained MQTT requests were ignored (${number}): publish requests without retain, and clear those below ${topics.requests}.`,
  );
  const refused = createTally(
    log,
    clock,
    (number) =>
      `MQTT requests were ignored (${number}): they came faster than they can be answered.`,
  );
  const illegal = createTally(
    log,
    clock,
    (number) => `MQTT requests were ignored (${number}): their topics name no command.`,
  );

  function handle(topic: string, payload: Buffer, { retain, properties }: RequestPacket): void {
    const command = topics.command(topic);
    if (retain) retained.count();
    else if (command === undefined) illegal.count();
    else if (answers.isFull()) refused.count();
    else answer(command, payload, properties ?? {});
  }

  function answer(command: string, payload: Buffer, properties: Properties): void {
    const fallback = { topic: topics.response(command), properties: {} };
    let replyTo: ReplyTo;
    let request: Request;
    try {
      replyTo = replyToOf(properties, fallback);
    } catch (error) {
      reply(fallback, failure(error), undefined);
      return;
    }
    try {
      request = parseRequest(payload);
    } catch (error) {
      reply(replyTo, failure(error), undefined);
      return;
    }
    reply(replyTo, execute(command, request.input), request.transaction);
  }

  function replyToOf(properties: Properties, fallback: ReplyTo): ReplyTo {
    const { responseTopic, correlationData } = properties;
    if ((correlationData?.length ?? 0) > mostCorrelationBytes) {
      throw new InvalidField('correlationData', `may have at most ${mostCorrelationBytes} bytes`);
    }
    if (responseTopic !== undefined && !topics.mayAnswerTo(responseTopic)) {
      throw new InvalidField('responseTopic', 'is no topic that answers may be sent to');
    }
    return {
      topic: responseTopic ?? fallback.topic,
      properties: correlationData === undefined ? {} : { correlationData },
    };
  }

  function reply(to: ReplyTo, given: CommandAnswer, transaction: string | undefined): void {
    const properties: Properties = {
      ...to.properties,
      messageExpiryInterval: answerExpirySeconds,
      contentType: 'application/json',
      userProperties: { application: 'lanledger' },
    };
    const whole = { topic: to.topic, payload: serialised(given, transaction), properties };
    const size = packetBytes({ ...whole, retain: false });
    answers.add(
      size <= packetLimit()
        ? whole
        : { ...whole, payload: serialised(tooLarge(size, packetLimit()), transaction) },
    );
  }

  return {
    handle,
    report() {
      for (const tally of [retained, refused, illegal]) tally.report();
    },
  };
}

/** Throws an `InvalidField`. */
function parseRequest(payload: Buffer): Request {
  if (payload.length > mostRequestBytes) {
    throw new InvalidField('The request', `may have at most ${mostRequestBytes} bytes`);
  }
  if (payload.length === 0) return { input: {}, transaction: undefined };
  const value = parseJson(payload);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidField('The request', 'must be a JSON object such as {"device": "Laptop"}');
  }
  if (isDeeperThan(mostLevels, value)) {
    throw new InvalidField('The request', `may be nested ${mostLevels} levels deep at most`);
  }
  const { transaction, ...input } = value as { transaction?: unknown };
  return { input, transaction: serialisedTransaction(transaction) };
}

function parseJson(payload: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload)) as unknown;
  } catch {
    throw new InvalidField('The request', 'is not JSON in UTF-8');
  }
}

function serialisedTransaction(transaction: unknown): string | undefined {
  if (transaction === undefined) return undefined;
  const text = JSON.stringify(transaction);
  if (text.length > longestTransaction) {
    throw new InvalidField('transaction', `may have at most ${longestTransaction} characters`);
  }
  return text;
}

function serialised(answer: CommandAnswer, transaction: string | undefined): string {
  const body =
    answer.status === 'ok'
      ? `"status":"ok","data":${JSON.stringify(answer.data ?? null)}`
      : `"status":"error","error":${JSON.stringify(answer.error)}`;
  return transaction === undefined ? `{${body}}` : `{${body},"transaction":${transaction}}`;
}

function failure(error: unknown): CommandAnswer {
  if (!(error instanceof InvalidField)) throw error;
  const { field } = error;
  return {
    status: 'error',
    error: {
      code: 'REQUEST_INVALID',
      message: messageOf(error),
      ...(field === 'The request' ? {} : { field }),
    },
  };
}

function tooLarge(bytes: number, limit: number): CommandAnswer {
  const message = `The answer has ${bytes} bytes, but the MQTT broker takes ${limit} at most: ask for less, or raise the broker's limit.`;
  return { status: 'error', error: { code: 'REQUEST_INVALID', message } };
}
