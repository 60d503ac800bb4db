import { expect, test } from 'vitest';
import { noUsage } from '../../src/model/usage.ts';
import { SinceStart } from '../../src/usage/since-start.ts';

const some = { download: 100, upload: 20, localDownload: 3, localUpload: 4, packets: 5 };
const twice = { download: 200, upload: 40, localDownload: 6, localUpload: 8, packets: 10 };

test('each device has its own sum, and the network that of all', () => {
  const sinceStart = new SinceStart();
  expect([...sinceStart.devices]).toEqual([]);
  expect(sinceStart.network).toEqual(noUsage());
  for (const device of ['laptop', 'tablet', 'laptop']) sinceStart.add(device, some);
  expect([...sinceStart.devices]).toEqual([
    ['laptop', twice],
    ['tablet', some],
  ]);
  expect(sinceStart.network).toEqual({
    download: 300,
    upload: 60,
    localDownload: 9,
    localUpload: 12,
    packets: 15,
  });
  expect(some.download).toBe(100);
});

test('a device that goes takes its series with it, comes back at 0, and stays in the network', () => {
  const sinceStart = new SinceStart();
  sinceStart.add('laptop', some);
  sinceStart.add('tablet', some);
  sinceStart.end('tablet');
  expect([...sinceStart.devices]).toEqual([['laptop', some]]);
  expect(sinceStart.network).toEqual(twice);
  sinceStart.add('tablet', { ...noUsage(), upload: 1, packets: 1 });
  expect(sinceStart.devices.get('tablet')).toEqual({ ...noUsage(), upload: 1, packets: 1 });
  expect(sinceStart.network).toEqual({ ...twice, upload: 41, packets: 11 });
});
