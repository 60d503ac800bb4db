import { expect, test } from 'vitest';
import { Groups } from '../../src/devices/groups.ts';

const children = { name: 'Children', icon: 'mdi:account', devices: ['b', 'a', 'b'] };

function noGroups(lastNumber = 0): Groups {
  return new Groups({ groups: [], lastNumber });
}

test('groups are numbered, and a number is never given again', () => {
  const groups = noGroups(7);
  expect(groups.put(undefined, children)).toEqual({
    id: 'g8',
    name: 'Children',
    icon: 'mdi:account',
    devices: ['a', 'b'],
  });
  groups.remove('g8');
  expect(groups.put(undefined, children).id).toBe('g9');
  expect([...groups.all()].map(({ id }) => id)).toEqual(['g9']);
});

test('a group is meant by its id or name, whatever the case', () => {
  const groups = noGroups();
  groups.put(undefined, children);
  for (const reference of ['g1', 'G1', 'children', ' CHILDREN ']) {
    expect(groups.find(reference)?.id).toBe('g1');
  }
  expect(groups.find('g2')).toBeUndefined();
  expect(() => groups.existing('g2')).toThrow(
    expect.objectContaining({ code: 'GROUP_UNKNOWN', message: 'There is no group "g2".' }),
  );
});

test('names are cleaned and unique, and what is refused changes nothing', () => {
  const groups = noGroups();
  groups.put(undefined, children);
  expect(groups.put(undefined, { name: '  Living   room ', devices: [] }).name).toBe('Living room');
  const taken = {
    code: 'NAME_TAKEN',
    message: 'Another group (g1) is called "Children": choose a different name.',
  };
  expect(() => groups.put('g2', { name: 'CHILDREN', devices: [] })).toThrow(
    expect.objectContaining(taken),
  );
  for (const name of ['Network', ' ', 'a\u202eb', 'x'.repeat(65)]) {
    expect(() => groups.put(undefined, { name, devices: [] })).toThrow(
      expect.objectContaining({ code: 'REQUEST_INVALID', field: 'name' }),
    );
  }
  expect(() => groups.put('g2', { name: 'Room', devices: ['other'] })).toThrow(
    expect.objectContaining({ field: 'devices' }),
  );
  expect([...groups.all()].map(({ id, name }) => [id, name])).toEqual([
    ['g1', 'Children'],
    ['g2', 'Living room'],
  ]);
  expect(groups.put('g1', { name: 'children', devices: [] })).toEqual({
    id: 'g1',
    name: 'children',
    devices: [],
  });
});

test('members follow merges; who is forgotten leaves', () => {
  const groups = noGroups();
  groups.put(undefined, { name: 'One', devices: ['a', 'b'] });
  groups.put(undefined, { name: 'Two', devices: ['a', 'c'] });
  groups.put(undefined, { name: 'Three', devices: ['c'] });
  groups.commit();
  groups.merge('a', 'c');
  groups.merge('b', 'other');
  expect([...groups.all()].map(({ devices }) => devices)).toEqual([['c'], ['c'], ['c']]);
  expect(groups.changes().map(({ id }) => id)).toEqual(['g1', 'g2']);
});

test('changes are those since the last commit', () => {
  const groups = noGroups();
  const group = groups.put(undefined, children);
  expect(groups.changes()).toEqual([{ id: 'g1', group }]);
  groups.commit();
  expect(groups.changes()).toEqual([]);
  groups.remove('g1');
  expect(groups.changes()).toEqual([{ id: 'g1', group: null }]);
});
