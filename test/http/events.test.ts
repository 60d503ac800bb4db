import { expect, test } from 'vitest';
import { ControlledDaemon } from '../support/control.ts';
import { checkAnswer, startRoutes } from './routes.ts';

const list = '/api/v1/events';
const acknowledge = '/api/v1/events/acknowledge';

/** The routes of a daemon to which four events happened; the first, third and fourth want attention. */
async function start() {
  const daemon = new ControlledDaemon();
  const { events } = daemon.bookkeeper;
  events.add('device-new', 'New.', { device: '3c5282000001' });
  events.add('device-online', 'Online.', { device: '3c5282000001' });
  events.add('clock-set', 'Set.');
  events.add('interface-down', 'Down.');
  const { ask } = await startRoutes({ handlers: {}, execute: daemon.execute });
  return {
    idsOf: async (query: string) => {
      const answer = await ask(`${list}?${query}`);
      checkAnswer(list, answer);
      const body = answer.body as { events?: { id: number }[] };
      return body.events?.map(({ id }) => id) ?? body;
    },
    post: async (body: object) => {
      const answer = await ask(acknowledge, { body: ['application/json', JSON.stringify(body)] });
      checkAnswer(acknowledge, answer, 'post');
      return answer;
    },
  };
}

test('events are selected by types and by whether they were acknowledged', async () => {
  const { idsOf } = await start();
  expect(await idsOf('')).toEqual([4, 3, 2, 1]);
  expect(await idsOf('type=clock-set')).toEqual([3]);
  expect(await idsOf('type=clock-set,device-new')).toEqual([3, 1]);
  expect(await idsOf('acknowledged=false')).toEqual([4, 3, 1]);
  expect(await idsOf('acknowledged=true')).toEqual([2]);
  expect(await idsOf('acknowledged=false&type=clock-set,device-online&before=4')).toEqual([3]);
  expect(await idsOf('acknowledged=yes')).toMatchObject({ status: 400, field: 'acknowledged' });
  expect(await idsOf('type=clock-set,nonsense')).toMatchObject({ status: 400, field: 'type.1' });
  expect(await idsOf('type=')).toMatchObject({ status: 400, field: 'type.0' });
});

test('events are acknowledged', async () => {
  const { idsOf, post } = await start();
  expect(await post({ events: [4, 2] })).toMatchObject({ status: 200, body: { acknowledged: 1 } });
  expect(await idsOf('acknowledged=false')).toEqual([3, 1]);
  const some = { through: 3, type: ['device-new'] };
  expect(await post(some)).toMatchObject({ status: 200, body: { acknowledged: 1 } });
  expect((await post({ through: 3 })).body).toEqual({ acknowledged: 1 });
  expect((await post({ through: 3 })).body).toEqual({ acknowledged: 0 });
  expect(await idsOf('acknowledged=false')).toEqual([]);
});

test('what is to be acknowledged has to be said', async () => {
  const { idsOf, post } = await start();
  for (const body of [{}, { events: [1], through: 1 }, { events: [] }]) {
    expect(await post(body)).toMatchObject({ status: 400 });
  }
  expect(await post({ through: 1, all: true })).toMatchObject({ body: { field: 'all' } });
  expect(await idsOf('acknowledged=false')).toEqual([4, 3, 1]);
});
