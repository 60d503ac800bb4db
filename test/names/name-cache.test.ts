import { expect, test } from 'vitest';
import { NameCache } from '../../src/names/name-cache.ts';

const entry = (name: string) => ({ name, askAgainAtMs: 0, failed: false });

test('the address asked for longest ago gives way', () => {
  const cache = new NameCache(2);
  cache.set('192.0.2.1', entry('one'));
  cache.set('192.0.2.2', entry('two'));
  cache.get('192.0.2.1');
  cache.set('192.0.2.3', entry('three'));
  expect(cache.get('192.0.2.1')?.name).toBe('one');
  expect(cache.get('192.0.2.2')).toBeUndefined();
  expect(cache.get('192.0.2.3')?.name).toBe('three');
});

test('a new name takes the place of the old one', () => {
  const cache = new NameCache(2);
  cache.set('192.0.2.1', entry('one'));
  cache.set('192.0.2.2', entry('two'));
  cache.set('192.0.2.1', entry('uno'));
  expect(cache.get('192.0.2.2')?.name).toBe('two');
  expect(cache.get('192.0.2.1')?.name).toBe('uno');
});
