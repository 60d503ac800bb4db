import { expect, test } from 'vitest';
import { startService } from './service.ts';

const laptopBody = {
  id: '020000000101',
  mac: '02:00:00:00:01:01',
  name: 'Laptop',
  nameSource: 'user',
  vendor: null,
  randomisedMac: true,
  router: false,
  online: true,
  addresses: ['192.168.1.20', '2001:db8::20'],
  firstSeen: '2026-11-01T06:00:00.000Z',
  lastSeen: '2026-11-20T08:59:58.000Z',
  today: { download: 2500, upload: 1024, localDownload: 10, localUpload: 20, packets: 7 },
  month: { download: 25000, upload: 10240, localDownload: 100, localUpload: 200, packets: 70 },
  total: { download: 250000, upload: 102400, localDownload: 1000, localUpload: 2000, packets: 700 },
  rate: { download: 1001, upload: 99 },
};

const none = { download: 0, upload: 0, localDownload: 0, localUpload: 0, packets: 0 };
const addressBody = {
  id: 'ip:2001:db8::1',
  mac: null,
  name: '2001:db8::1',
  nameSource: null,
  vendor: null,
  randomisedMac: false,
  router: false,
  online: false,
  addresses: ['2001:db8::1'],
  firstSeen: '2026-11-19T12:00:00.000Z',
  lastSeen: '2026-11-19T12:30:00.000Z',
  today: none,
  month: { ...none, download: 600, packets: 1 },
  total: { ...none, download: 600, packets: 1 },
  rate: { download: 0, upload: 0 },
};

const routerBody = {
  id: 'aabbccddeeff',
  mac: 'aa:bb:cc:dd:ee:ff',
  name: 'Example aa:bb:cc',
  nameSource: null,
  vendor: 'Example',
  randomisedMac: false,
  router: true,
  online: true,
  addresses: ['192.168.1.1'],
  firstSeen: '2026-11-01T06:00:00.000Z',
  lastSeen: '2026-11-20T09:00:00.000Z',
  today: none,
  month: none,
  total: none,
  rate: { download: 0, upload: 0 },
};

test('all devices and the network', async () => {
  const { get } = await startService();
  const answer = await get('/api/v1/devices');
  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(answer.body).toEqual({
    at: '2026-11-20T09:00:00.000Z',
    timeZone: 'Europe/Berlin',
    day: '2026-11-20',
    devices: [laptopBody, routerBody, addressBody],
    network: {
      devices: 3,
      devicesOnline: 2,
      today: laptopBody.today,
      month: { ...laptopBody.month, download: 25600, packets: 71 },
      total: { ...laptopBody.total, download: 250600, packets: 701 },
      rate: { download: 1001, upload: 99 },
    },
  });
});

test('one device, by its id as it is or percent-encoded', async () => {
  const { get } = await startService();
  expect((await get('/api/v1/devices/020000000101')).body).toEqual(laptopBody);
  expect((await get('/api/v1/devices/ip:2001:db8::1')).body).toEqual(addressBody);
  expect((await get('/api/v1/devices/ip%3A2001%3Adb8%3A%3A1')).body).toEqual(addressBody);
});

test('an unknown device is 404', async () => {
  const { get } = await startService();
  expect(await get('/api/v1/devices/020000000199')).toMatchObject({
    status: 404,
    body: { title: 'Not Found', detail: 'There is no device with this id.' },
  });
});

test('a parameter is refused, since there is none', async () => {
  const { get } = await startService();
  for (const path of ['/api/v1/devices?page=2', '/api/v1/devices/020000000101?page=2']) {
    expect(await get(path)).toMatchObject({
      status: 400,
      body: { detail: 'page is not a parameter here.', field: 'page' },
    });
  }
});
