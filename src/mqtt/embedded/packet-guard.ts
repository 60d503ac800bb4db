import { Transform, type TransformCallback } from 'node:stream';

const longestLengthField = 4;

/**
 * Passes the packets of one MQTT client on, and fails at the header of one that is longer than `mostBytes()` (MQTT 3.1.1
 * section 2.2): the parser behind it would collect any packet of up to 256 MB in memory.
 */
export function createPacketGuard(mostBytes: () => number): Transform {
  /** Bytes of the present packet that are still to come, after its header. */
  let rest = 0;
  /** Of the remaining length: what is known of it; -1: the first byte of the packet is next. */
  let lengthBytes = -1;
  let length = 0;

  /** Reads one byte of a header; false where the packet is not acceptable. */
  function readHeader(byte: number): boolean {
    if (lengthBytes === -1) {
      lengthBytes = 0;
      length = 0;
      return true;
    }
    length += (byte & 0x7f) * 128 ** lengthBytes;
    lengthBytes += 1;
    if (length > mostBytes() || (lengthBytes === longestLengthField && byte > 0x7f)) return false;
    if (byte <= 0x7f) {
      rest = length;
      lengthBytes = -1;
    }
    return true;
  }

  function accepts(chunk: Buffer): boolean {
    let position = 0;
    while (position < chunk.length) {
      if (rest > 0) {
        const skipped = Math.min(rest, chunk.length - position);
        rest -= skipped;
        position += skipped;
        continue;
      }
      if (!readHeader(chunk.readUInt8(position))) return false;
      position += 1;
    }
    return true;
  }

  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      if (accepts(chunk)) done(null, chunk);
      else done(new Error('packet too large'));
    },
  });
}
