import type { InterfaceCounters } from '../model/batch.ts';
import type { FrameSink } from '../model/traffic.ts';

/**
 * Where frames come from. Every driver keeps this contract (`test/capture/source-contract.ts`):
 * - frames reach the sink one by one, in the order of their arrival on each interface, from `start` until `stop` has resolved;
 * - the frame object and its memory are valid only during the call;
 * - `ended` resolves when the source has no more frames to give (end of file, or stopped) and rejects with an
 *   `AppError` when it cannot go on;
 * - `stop` delivers what has already arrived, then frees everything; calling it twice is harmless.
 */
export interface CaptureSource {
  /** Throws an `AppError` (rejects) where capture cannot begin. An interface that is down or gone is waited for. */
  start(sink: FrameSink): Promise<void>;
  stop(): Promise<void>;
  /** Resolves at the end of the frames. */
  readonly ended: Promise<void>;
  /** One entry for each interface or file. */
  counters(): InterfaceCounters[];
}
