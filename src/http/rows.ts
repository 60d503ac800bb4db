import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import type { Response } from 'express';
import { systemCodeOf } from '../base/errors.ts';

/**
 * Writes an answer piece by piece, as fast as the client reads. The first piece is made before anything is sent, so that
 * its failure can still become an error answer.
 */
export async function sendPieces(response: Response, pieces: Generator<string>): Promise<void> {
  const first = pieces.next();
  if (first.done !== true) response.write(first.value);
  try {
    await pipeline(Readable.from(inTurns(pieces)), response);
  } catch (error) {
    // The client went away: nobody is left to tell.
    if (systemCodeOf(error) !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

/** A JSON object: the members of `head`, then the rows of all blocks as the list `name`. */
export function* jsonPieces(
  head: object,
  name: string,
  blocks: Iterable<readonly unknown[]>,
): Generator<string> {
  let before = `${JSON.stringify(head).slice(0, -1)},"${name}":[`;
  for (const rows of blocks) {
    if (rows.length === 0) continue;
    yield before + rows.map((row) => JSON.stringify(row)).join(',');
    before = ',';
  }
  yield before === ',' ? ']}' : `${before}]}`;
}

/** Making a piece takes a while: between two of them everybody else has a turn. */
async function* inTurns(pieces: Generator<string>): AsyncGenerator<string> {
  for (const piece of pieces) {
    yield piece;
    await setImmediate();
  }
}
