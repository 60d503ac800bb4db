import { expect, test } from 'vitest';
import type { Target } from '../../nodes/src/connection/ledger.ts';
import { createBook, type BookOptions, type Memory } from '../../nodes/src/limit/book.ts';
import type { RedNode } from '../../nodes/src/node-red.d.ts';

const network = { kind: 'network', id: 'network', name: 'Network' } as Target;
const used = { from: '2026-11-16', used: 11 };

/** The book of one deploy; its node keeps nothing in its context, which may fail to write. */
function bookFor(
  memories: Map<string, Memory>,
  of: BookOptions['consumption']['of'],
  failure?: Error,
) {
  const context = {
    get: (_key: string, told: (error: undefined) => void) => told(undefined),
    set: (_key: string, _value: unknown, told: (error?: Error) => void) => told(failure),
  };
  const errors: unknown[] = [];
  const error = (thrown: unknown) => void errors.push(thrown);
  const node = { id: 'limit', context: () => context, error } as unknown as RedNode;
  const book = createBook({ node, memories, consumption: { of }, warningPercent: 80 });
  return Object.assign(book, { errors });
}

test('what a deploy cut off is told by the next one', async () => {
  const memories = new Map<string, Memory>();
  let answer = (_used: typeof used): void => {};
  const before = bookFor(
    memories,
    () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  );
  await before.open();
  const cutOff = before.review([network], 10);
  before.close();
  answer(used);
  expect(await cutOff).toEqual([]);
  const after = bookFor(memories, () => Promise.resolve(used));
  await after.open();
  const [standing] = await after.review([network], 10);
  expect(standing).toMatchObject({ isNews: true, told: { level: 'exceeded' } });
});

test('a context that cannot be written is an error, and the news is told all the same', async () => {
  const full = new Error('ENOSPC: no space left on device');
  const book = bookFor(new Map(), () => Promise.resolve(used), full);
  await book.open();
  expect(await book.review([network], 10)).toMatchObject([{ isNews: true, used: 11 }]);
  expect(book.errors).toEqual([full]);
  expect(await book.review([network], 10)).toMatchObject([{ isNews: false }]);
});
