import { describe, expect, test } from 'vitest';
import type { CommandAnswer } from '../../src/model/command.ts';
import { laptop } from '../support/sample-report.ts';
import type { Answer } from './exchange.ts';
import { checkAnswer } from './routes.ts';
import { startWhiteStat } from './whitestat.ts';

describe('rename', () => {
  const mac = '02:00:00:00:01:01';
  const form = 'application/x-www-form-urlencoded';
  const json = 'application/json';

  /** Sends a rename; `calls` are the commands it led to. */
  async function rename(
    type: string,
    text: string,
    execute: () => CommandAnswer = () => ({ status: 'ok', data: {} }),
  ): Promise<Answer & { calls: unknown[] }> {
    const calls: unknown[] = [];
    const { ask } = await startWhiteStat({
      execute(...call) {
        calls.push(call);
        return execute();
      },
    });
    const answer = await ask('/json/hostname', { body: [type, text] });
    checkAnswer('/json/hostname', answer, 'post');
    return { ...answer, calls };
  }

  test.each(['Tablet', 'a&b=c', 'A+B 100%', 'a%20b', 'x={"y"}&z', 'Küche ☕', 'back\\slash "q"'])(
    'the name %s survives every way of sending it',
    async (name) => {
      const text = JSON.stringify({ ip: '192.168.1.20', name, mac, oldName: 'Laptop', local: 1 });
      const bodies = [
        [json, text],
        [form, text],
        [`${form}; charset=UTF-8`, text],
        [form, encodeURIComponent(text)],
        [form, new URLSearchParams([[text, '']]).toString()],
        [form, `${new URLSearchParams([[text, '']]).toString()}&x=1`],
      ] as const;
      for (const [type, body] of bodies) {
        const { status, body: answered, calls } = await rename(type, body);
        expect([status, answered]).toEqual([200, name]);
        expect(calls).toEqual([['device/rename', { device: mac, name }]]);
      }
    },
  );

  const device = ['device/rename', { device: mac, name: 'X' }];
  const byAddress = ['device/rename', { device: '192.168.1.20', name: 'X' }];
  const peer = ['peer/rename', { address: '203.0.113.7', name: 'X' }];
  test.each([
    [{ mac, name: 'X' }, device],
    [{ mac, ip: '203.0.113.7', name: 'X', local: 1 }, device],
    [{ mac, ip: '203.0.113.7', name: 'X', local: '1' }, device],
    [{ mac, ip: '203.0.113.7', name: 'X', local: true }, device],
    [{ mac, ip: '203.0.113.7', name: 'X', local: null }, device],
    [{ mac: '', ip: '192.168.1.20', name: 'X', local: 1 }, byAddress],
    [{ mac: null, ip: '192.168.1.20', name: 'X', oldName: null }, byAddress],
    [{ mac, ip: '203.0.113.7', name: 'X', local: 0 }, peer],
    [{ mac, ip: '203.0.113.7', name: 'X', local: '0' }, peer],
    [{ ip: '203.0.113.7', name: 'X', local: false }, peer],
  ])('%j', async (request, call) => {
    for (const type of [json, form]) {
      expect((await rename(type, JSON.stringify(request))).calls).toEqual([call]);
    }
  });

  test.each([
    [{ name: '', mac }, 'name', 'name is empty.'],
    [{ name: 5, mac }, 'name', 'name is not of type string.'],
    [{ mac }, 'name', 'name is missing.'],
    [{ name: 'X' }, 'mac', 'mac is missing, and so is ip: one of them is needed.'],
    [{ name: 'X', mac: '', ip: '' }, 'mac', 'mac is missing, and so is ip: one of them is needed.'],
    [{ name: 'X', mac, local: 0 }, 'ip', 'ip is missing.'],
    [{ name: 'X', mac: 'x'.repeat(18) }, 'mac', 'mac is longer than 17 characters.'],
    [[], 'The input', 'The input is not of type object.'],
  ])('%j is refused', async (request, field, detail) => {
    for (const type of [json, form]) {
      const { status, body, calls } = await rename(type, JSON.stringify(request));
      expect([status, calls]).toEqual([400, []]);
      expect(body).toMatchObject({ field, detail, code: 'REQUEST_INVALID' });
    }
  });

  test.each(['', '%', '{"name"', 'name=X&mac=02', '%7B%22name'])(
    'the form %s is refused',
    async (text) => {
      const { status, body, calls } = await rename(form, text);
      expect([status, calls]).toEqual([400, []]);
      expect(body).toMatchObject({
        detail: 'The body is not JSON such as {"mac":"02:00:00:00:01:01","name":"Tablet"}.',
      });
    },
  );

  test('the answer is the name as it is kept', async () => {
    const text = JSON.stringify({ mac, name: ' My  tablet ' });
    const kept = () => ({ status: 'ok', data: { id: laptop.id, name: 'My tablet' } }) as const;
    expect((await rename(json, text, kept)).body).toBe('My tablet');
  });

  test('what the command refuses is an error answer', async () => {
    const error = { code: 'DEVICE_UNKNOWN', message: 'There is no device "x".' } as const;
    const text = JSON.stringify({ mac: 'x', name: 'X' });
    const { status, body } = await rename(form, text, () => ({ status: 'error', error }));
    expect(status).toBe(404);
    expect(body).toMatchObject({ detail: 'There is no device "x".', code: 'DEVICE_UNKNOWN' });
  });
});
