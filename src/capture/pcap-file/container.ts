import { AppError } from '../../base/errors.ts';
import { linkTypes, type Frame, type FrameSink } from '../../model/traffic.ts';
import type { Window } from './window.ts';

/** Longest record that is believed; more than any writer makes, so that damage never asks for gigabytes. */
export const MAX_RECORD_BYTES = 64 * 1024 * 1024;

/** Where a container puts what it finds. */
export interface Outlet {
  /** The file, for sentences. */
  readonly name: string;
  /** Reused for every packet. */
  readonly frame: Frame;
  readonly sink: FrameSink;
  /** Sentences about what was left out. */
  readonly warnings: string[];
  /** Packets handed to the sink so far. */
  frames: number;
}

/** Reads one kind of capture file, whatever its cut into windows. */
export interface Container {
  /**
   * Hands on every packet that is complete in the window and moves its `start` behind them, to a record that is not complete.
   * Throws `AppError` FILE_FORMAT.
   */
  read(window: Window): void;
  /** Call at the end of the file, with what `read` left over. Throws `AppError` FILE_FORMAT where the file is of no use. */
  finish(window: Window): void;
}

const supported: ReadonlySet<number> = new Set(Object.values(linkTypes));

/**
 * The link type a frame can carry for the 16 bits found in a file, or undefined where it is not supported. 12 and 14 are what
 * some systems write for raw IP (tcpdump.org/linktypes.html, LINKTYPE_RAW).
 */
export function toLinkType(found: number): number | undefined {
  const linkType = found === 12 || found === 14 ? linkTypes.raw : found;
  return supported.has(linkType) ? linkType : undefined;
}

export function unsupportedLinkType(name: string, numbers: readonly number[]): AppError {
  const list = [...new Set(numbers)].slice(0, 8).join(', ');
  return new AppError(
    'FILE_FORMAT',
    `${name} holds only packets of an unsupported kind (link type ${list}); capture on an Ethernet, PPP, tunnel or "any" interface.`,
  );
}

export function damaged(name: string, at: number, reason: string): AppError {
  return new AppError(
    'FILE_FORMAT',
    `${name} is damaged at byte ${at}: ${reason}; everything before it was read.`,
  );
}

export function cutHeader(name: string): AppError {
  return new AppError(
    'FILE_FORMAT',
    `${name} ends in the middle of its file header and holds no packets; capture again.`,
  );
}

/** Notes what is left over at the end of the file, if anything. */
export function noteCutRecord(outlet: Outlet, window: Window, record: 'packet' | 'block'): void {
  if (window.start === window.end) return;
  outlet.warnings.push(
    `${outlet.name} ends in the middle of a ${record} (at byte ${window.origin + window.start}); everything before it was read.`,
  );
}
