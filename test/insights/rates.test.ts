import { describe, expect, test } from 'vitest';
import { Rates } from '../../src/insights/rates.ts';

const zero = { download: 0, upload: 0 };

/** Rates of one device whose totals are seen at each time, milliseconds. */
function ratesOf(
  ...pictures: readonly (readonly [atMs: number, download: number, upload: number])[]
) {
  const rates = new Rates();
  for (const [atMs, download, upload] of pictures) {
    rates.update(atMs, [['laptop', { download, upload }]]);
  }
  return rates.of('laptop');
}

describe('rates', () => {
  test('are bytes per second over the last six pictures, rounded', () => {
    expect(ratesOf([1000, 500, 0], [6000, 5500, 13])).toEqual({ download: 1000, upload: 3 });
    expect(ratesOf([0, 0, 0], [5000, 5000, 0], [10_000, 5000, 500])).toEqual({
      download: 500,
      upload: 50,
    });
    const everySecond = [0, 7000, 7000, 7000, 7000, 8000, 9000];
    const pictures = everySecond.map((bytes, index) => [index * 1000, bytes, 0] as const);
    expect(ratesOf(...pictures)).toEqual({ download: 400, upload: 0 });
  });

  test('need two pictures, and time between them', () => {
    expect(new Rates().of('laptop')).toEqual(zero);
    expect(ratesOf([1000, 500, 500])).toEqual(zero);
    expect(ratesOf([1000, 500, 500], [1000, 900, 900])).toEqual(zero);
  });

  test('are never negative, as when usage moves away with a merge or a clock', () => {
    expect(ratesOf([0, 500, 500], [1000, 100, 600])).toEqual({ download: 0, upload: 100 });
  });

  test('of a device begin with its second picture and end when it is gone', () => {
    const rates = new Rates();
    const totals = { download: 1000, upload: 1000 };
    rates.update(0, [['laptop', zero]]);
    rates.update(1000, [['laptop', totals], ['phone', totals]]); // prettier-ignore
    expect([rates.of('laptop'), rates.of('phone')]).toEqual([totals, zero]);
    rates.update(2000, [['phone', { download: 1500, upload: 1000 }]]);
    expect([rates.of('laptop'), rates.of('phone')]).toEqual([zero, { download: 500, upload: 0 }]);
  });

  test('are of the moment: totals that change later do not change the picture', () => {
    const totals = { download: 0, upload: 0 };
    const rates = new Rates();
    rates.update(0, [['laptop', totals]]);
    totals.download = 1000;
    rates.update(1000, [['laptop', totals]]);
    expect(rates.of('laptop')).toEqual({ download: 1000, upload: 0 });
  });

  const lifetime = { download: 1e12, upload: 2e12 };

  test('of a device that another becomes part of do not jump by what that one ever used', () => {
    const rates = new Rates();
    rates.update(0, [['laptop', zero], ['ip:192.168.1.7', lifetime]]); // prettier-ignore
    rates.update(1000, [
      ['laptop', { download: 400, upload: 0 }],
      ['ip:192.168.1.7', { download: 1e12 + 600, upload: 2e12 }],
    ]);
    rates.merge('ip:192.168.1.7', 'laptop');
    expect(rates.of('laptop')).toEqual({ download: 1000, upload: 0 });
    expect(rates.of('ip:192.168.1.7')).toEqual(zero);
    rates.update(2000, [['laptop', { download: 1e12 + 3000, upload: 2e12 + 2 }]]);
    expect(rates.of('laptop')).toEqual({ download: 1500, upload: 1 });
  });

  test('of "other" do not jump where it begins with a device that was forgotten', () => {
    const rates = new Rates();
    rates.update(0, [['tablet', lifetime]]);
    rates.merge('tablet', 'other');
    rates.update(1000, [['other', { download: 1e12 + 70, upload: 2e12 }]]);
    expect(rates.of('other')).toEqual({ download: 70, upload: 0 });
    rates.update(2000, [['other', lifetime], ['tablet', { download: 9, upload: 9 }]]); // prettier-ignore
    expect(rates.of('tablet')).toEqual(zero);
  });

  test('stay as they are where nothing is known of the device that goes', () => {
    const rates = new Rates();
    rates.update(0, [['laptop', zero]]);
    rates.merge('tablet', 'laptop');
    rates.update(1000, [['laptop', { download: 5, upload: 0 }]]);
    expect(rates.of('laptop')).toEqual({ download: 5, upload: 0 });
  });
});
