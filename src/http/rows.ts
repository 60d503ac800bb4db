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

/** Making a piece takes a while: between two of them everybody else has a turn. */
async function* inTurns(pieces: Generator<string>): AsyncGenerator<string> {
  for (const piece of pieces) {
    yield piece;
    await setImmediate();
  }
}
