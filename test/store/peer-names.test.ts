import { expect, test } from 'vitest';
import { openStore } from '../../src/store/store.ts';
import { checkpoint, ledgerPath, newStore } from './ledger.ts';

test('names of remote addresses are given, changed and taken away, and outlive a restart', () => {
  const path = ledgerPath();
  const store = openStore(path);
  expect(store.peerNames()).toEqual(new Map());
  store.checkpoint(
    checkpoint({
      peerNames: [
        { address: '192.0.2.1', name: 'Bank' },
        { address: '2001:db8::1', name: 'Mum’s NAS' },
        { address: '198.51.100.9', name: 'Typo' },
      ],
    }),
  );
  store.checkpoint(
    checkpoint({
      peerNames: [
        { address: '192.0.2.1', name: 'My bank' },
        { address: '198.51.100.9', name: null },
        { address: '203.0.113.1', name: null },
      ],
    }),
  );
  const expected = new Map([
    ['192.0.2.1', 'My bank'],
    ['2001:db8::1', 'Mum’s NAS'],
  ]);
  expect(store.peerNames()).toEqual(expected);
  store.close();
  expect(newStore(path).peerNames()).toEqual(expected);
});
