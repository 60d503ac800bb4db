import { describe, expect, test } from 'vitest';
import { mistakes, sound } from './home-assistant-mistakes.ts';
import { faultsOfDocument, faultsOfMessages } from './home-assistant-rules.ts';

const topic = 'homeassistant/device/lanledger_3c22fb000001/config';

test('a sound document has no faults, with full names too', () => {
  expect(faultsOfDocument(topic, JSON.stringify(sound()))).toEqual([]);
  const { dev, o, cmps, ...rest } = sound();
  const full = { ...rest, device: dev, origin: o, components: cmps };
  expect(faultsOfDocument(topic, JSON.stringify(full))).toEqual([]);
});

test('an entity on its way out needs its platform only', () => {
  const document = sound();
  document.cmps.today = { p: 'sensor' };
  expect(faultsOfDocument(topic, JSON.stringify(document))).toEqual([]);
});

describe('a document is refused that has', () => {
  test.each(mistakes)('%s', (_what, plant, fault) => {
    const document = sound();
    plant(document);
    expect(faultsOfDocument(topic, JSON.stringify(document))).toContain(fault);
  });

  test.each([
    'homeassistant/device/aa:bb/config',
    'homeassistant/device/a/b/c/config',
    'homeassistant/device/config',
    'homeassistant/sensor/a/config',
    'homeassistant/device/a/state',
  ])('the topic %s', (illegal) => {
    const faults = faultsOfDocument(illegal, JSON.stringify(sound()));
    expect(faults).toEqual([`illegal topic ${illegal}`]);
  });

  test('no JSON', () => {
    expect(faultsOfDocument(topic, '{')).toEqual(['no JSON']);
    expect(faultsOfDocument(topic, '[]')).toEqual(['no object']);
  });
});

test('events are refused that are retained', () => {
  const event = { topic: 'x/event', payload: '{}', retained: true };
  expect(faultsOfMessages([event], 'x/event')).toEqual(['x/event is retained']);
  expect(faultsOfMessages([{ ...event, retained: false }], 'x/event')).toEqual([]);
});
