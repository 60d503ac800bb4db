import { array, assert, asyncProperty, integer, nat } from 'fast-check';
import { expect, test } from 'vitest';
import { createPacketGuard } from '../../src/mqtt/embedded/packet-guard.ts';

/** A packet with that many bytes after its header. */
function packet(length: number): Buffer {
  const header = [0x30];
  let rest = length;
  do {
    header.push((rest % 128) | (rest > 127 ? 0x80 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.concat([Buffer.from(header), Buffer.alloc(length, 0xff)]);
}

/** What comes out, or undefined where a packet was too large. */
async function pass(chunks: Buffer[], mostBytes: number): Promise<Buffer | undefined> {
  const guard = createPacketGuard(() => mostBytes);
  for (const chunk of chunks) guard.write(chunk);
  guard.end();
  try {
    return Buffer.concat((await guard.toArray()) as Buffer[]);
  } catch {
    return undefined;
  }
}

test('packets up to the limit pass, however they are cut', async () => {
  const lengths = array(integer({ min: 0, max: 20_000 }), { maxLength: 5 });
  await assert(
    asyncProperty(lengths, array(nat(), { maxLength: 8 }), async (sizes, cuts) => {
      const whole = Buffer.concat(sizes.map(packet));
      const places = [0, ...cuts.map((cut) => cut % (whole.length + 1)), whole.length];
      places.sort((a, b) => a - b);
      const chunks = places.slice(1).map((end, i) => whole.subarray(places[i], end));
      expect((await pass(chunks, 20_000))?.equals(whole)).toBe(true);
    }),
  );
});

test.each([127, 128, 16_383, 16_384])('one byte more than %i fails', async (mostBytes) => {
  expect(await pass([packet(mostBytes)], mostBytes)).toHaveLength(packet(mostBytes).length);
  expect(await pass([packet(3), packet(mostBytes + 1)], mostBytes)).toBeUndefined();
});

test('a length field of more than four bytes fails', async () => {
  expect(await pass([Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80, 0x00])], 1_000)).toBeUndefined();
});
