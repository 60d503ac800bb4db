import { expect, test } from 'vitest';
import { createProtocolChoice, type ProtocolChoice } from '../../src/mqtt/protocol-version.ts';

type Happening = Exclude<keyof ProtocolChoice, 'version'>;

test.each<[Happening[], number]>([
  [[], 5],
  [['refused'], 4],
  [['refused', 'worked', 'lost', 'hungUp'], 4],
  [['refused', 'refused'], 5],
  [['hungUp'], 4],
  [['hungUp', 'hungUp'], 5],
  [['hungUp', 'worked', 'lost'], 5],
  [['worked', 'lost', 'hungUp', 'hungUp', 'hungUp'], 5],
])('after %j MQTT %s is spoken', (happenings, version) => {
  const choice = createProtocolChoice();
  for (const happening of happenings) choice[happening]();
  expect(choice.version).toBe(version);
});
