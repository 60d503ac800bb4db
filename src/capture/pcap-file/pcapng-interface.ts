import { MAX_RECORD_BYTES, toLinkType } from './container.ts';
import { Timestamps } from './timestamp.ts';

const MICROSECONDS = 6;
const OPTION_RESOLUTION = 9;
const OPTION_OFFSET = 14;

/** An interface as its section of a pcapng file describes it. */
export interface Interface {
  /** What its frames carry where it is supported, else what the file says. */
  readonly linkType: number;
  readonly supported: boolean;
  /** Longest packet it kept. */
  readonly snapBytes: number;
  readonly timestamps: Timestamps;
}

/**
 * The interface description block from `at` to `end` (draft-ietf-opsawg-pcapng section 4.2), at least 20 bytes. Undefined where
 * its options do not fit it.
 */
export function decodeInterface(
  view: DataView,
  at: number,
  end: number,
  littleEndian: boolean,
): Interface | undefined {
  const found = view.getUint16(at + 8, littleEndian);
  const linkType = toLinkType(found);
  const snapBytes = view.getUint32(at + 12, littleEndian);
  const timestamps = decodeTimestamps(view, at + 16, end - 4, littleEndian);
  if (timestamps === undefined) return undefined;
  return {
    linkType: linkType ?? found,
    supported: linkType !== undefined,
    snapBytes: snapBytes === 0 ? MAX_RECORD_BYTES : snapBytes,
    timestamps,
  };
}

/** Looks through the options (section 3.5) for what the time stamps mean. */
function decodeTimestamps(
  view: DataView,
  start: number,
  end: number,
  littleEndian: boolean,
): Timestamps | undefined {
  let resolution = MICROSECONDS;
  let offsetSeconds = 0;
  for (let at = start; end - at >= 4;) {
    const code = view.getUint16(at, littleEndian);
    const bytes = view.getUint16(at + 2, littleEndian);
    if (code === 0) break;
    if (bytes > end - at - 4) return undefined;
    if (code === OPTION_RESOLUTION && bytes === 1) resolution = view.getUint8(at + 4);
    // Exact up to 2^53.
    if (code === OPTION_OFFSET && bytes === 8)
      offsetSeconds = Number(view.getBigInt64(at + 4, littleEndian));
    at += 4 + Math.ceil(bytes / 4) * 4;
  }
  return new Timestamps(resolution, offsetSeconds);
}
