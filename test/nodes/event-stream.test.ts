import { expect, test } from 'vitest';
import { readEvents } from '../../nodes/src/connection/event-stream.ts';

const text = [
  'retry: 3000\n\n',
  'event: rates\ndata: {"name":"Küche"}\n\n',
  ': still here\n\n',
  'id: 7\r\nevent: event\r\ndata: one\r\ndata: two\r\n\r\n',
  'data:no event\n\nevent: lost\n\n',
  'event: unfinished\ndata: x\n',
].join('');

const expected = [
  { event: 'rates', data: '{"name":"Küche"}' },
  { event: 'event', data: 'one\ntwo' },
  { event: '', data: 'no event' },
];

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test.each([1, 2, 3, 5, 7, 11, 1_000])('in pieces of %i bytes', async (size) => {
  const events = [];
  for await (const event of readEvents(pieces(Buffer.from(text), size))) events.push(event);
  expect(events).toEqual(expected);
});
