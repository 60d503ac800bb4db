import { textAt } from './field.ts';

/** RFC 1035 section 2.3.4: bytes of one label, and of a whole name with its length bytes. */
const LABEL_BYTES_LIMIT = 63;
const NAME_BYTES_LIMIT = 255;
/** The two top bits of a length byte mark a pointer (RFC 1035 section 4.1.4). */
const POINTER = 0xc0;
/** Pointers followed in one name; real messages need one for each label at most. */
const JUMPS_LIMIT = 16;

/**
 * The labels of the name at `at` in the DNS message from `start` to `end`, compression resolved (RFC 1035 section
 * 4.1.4), or undefined where it is malformed or cut.
 */
export function decodeName(
  view: DataView,
  start: number,
  end: number,
  at: number,
): string[] | undefined {
  const labels: string[] = [];
  let jumps = 0;
  let nameBytes = 1;
  for (let next = at; next < end;) {
    const length = view.getUint8(next);
    if (length === 0) return labels;
    if (length >= POINTER) {
      const target = pointerAt(view, start, end, next);
      if (target === undefined || ++jumps > JUMPS_LIMIT) return undefined;
      next = target;
    } else {
      const labelEnd = next + 1 + length;
      nameBytes += 1 + length;
      if (length > LABEL_BYTES_LIMIT || labelEnd > end || nameBytes > NAME_BYTES_LIMIT) {
        return undefined;
      }
      labels.push(textAt(view, next + 1, labelEnd));
      next = labelEnd;
    }
  }
  return undefined;
}

/** Where the pointer at `at` leads; always backwards. */
function pointerAt(view: DataView, start: number, end: number, at: number): number | undefined {
  if (at + 2 > end) return undefined;
  const target = start + (view.getUint16(at) & 0x3fff);
  return target < at ? target : undefined;
}

/** Where the bytes after the name at `at` begin, or undefined where it is malformed or cut. */
export function skipName(view: DataView, at: number, end: number): number | undefined {
  for (let next = at; next < end;) {
    const length = view.getUint8(next);
    if (length === 0) return next + 1;
    if (length >= POINTER) return next + 2 <= end ? next + 2 : undefined;
    if (length > LABEL_BYTES_LIMIT) return undefined;
    next += 1 + length;
  }
  return undefined;
}

/**
 * The labels of a name that fills `start` to `end`, is never compressed, and ends without the root label where it is
 * only the first part of a name (RFC 4702 section 2.3.1, RFC 4704 section 4.2); undefined where it is malformed.
 */
export function decodePartialName(
  view: DataView,
  start: number,
  end: number,
): string[] | undefined {
  if (end - start > NAME_BYTES_LIMIT) return undefined;
  const labels: string[] = [];
  for (let at = start; at < end;) {
    const length = view.getUint8(at);
    if (length === 0) return labels;
    const labelEnd = at + 1 + length;
    if (length > LABEL_BYTES_LIMIT || labelEnd > end) return undefined;
    labels.push(textAt(view, at + 1, labelEnd));
    at = labelEnd;
  }
  return labels;
}
