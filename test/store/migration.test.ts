import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSqlite } from '../../src/store/sqlite.ts';
import { expect, test } from 'vitest';
import { openStore } from '../../src/store/store.ts';
import { checkpoint, device, newStore, temporaryDirectory } from './ledger.ts';

const day = 20261120;
const hour = 1_795_168_800_000;
const amounts = { download: 5, upload: 4, localDownload: 3, localUpload: 2, packets: 1 };

/** A ledger as version 1 wrote it: a phone with a name, one that was merged into it, and one that became "other". */
function versionOne(): string {
  const path = join(temporaryDirectory(), 'ledger.sqlite');
  const file = openSqlite(path);
  file.exec(readFileSync('src/store/migrations/001-initial.sql', 'utf8'));
  file.exec(`
    PRAGMA user_version = 1;
    INSERT INTO device VALUES
      (1, 'aabbccddeeff', 'aa:bb:cc:dd:ee:ff', 'Phone', 'phone', 'phone.local', 'Fairphone', 1, 11, 12, NULL),
      (2, 'ip:192.0.2.7', NULL, NULL, NULL, NULL, NULL, 0, 11, 12, 1),
      (3, 'other', NULL, NULL, NULL, NULL, NULL, 0, 11, 12, NULL),
      (4, '020000000001', '02:00:00:00:00:01', 'Guest', 'guest', 'guest.local', 'Acme', 0, 11, 12, 3);
    INSERT INTO address VALUES (1, '192.168.1.20', 12);
    INSERT INTO usage_hour VALUES (${hour}, 1, 5, 4, 3, 2, 1);
    INSERT INTO usage_day VALUES (${day}, 1, 5, 4, 3, 2, 1);
    INSERT INTO usage_month VALUES (202611, 1, 5, 4, 3, 2, 1);
    INSERT INTO usage_total VALUES (1, 5, 4, 3, 2, 1);
    INSERT INTO peer_day VALUES (1, ${day}, '198.51.100.1', 2, 1);
    INSERT INTO applied_batch VALUES ('eth0', 'b1', 41);
    INSERT INTO last_checkpoint VALUES (1, 77);`);
  file.close();
  return path;
}

test('a ledger of version 1 keeps all it holds, and takes up what version 2 adds', () => {
  const path = versionOne();
  const store = newStore(path);
  const phone = device('aabbccddeeff', {
    mac: 'aa:bb:cc:dd:ee:ff',
    names: { user: 'Phone', dhcp: 'phone', mdns: 'phone.local' },
    vendor: 'Fairphone',
    router: true,
    firstSeen: 11,
    lastSeen: 12,
    addresses: new Map([['192.168.1.20', 12]]),
  });
  expect(store.devices()).toEqual([phone, device('other', { firstSeen: 11, lastSeen: 12 })]);
  expect(store.merges()).toEqual([
    { from: 'ip:192.0.2.7', into: 'aabbccddeeff' },
    { from: '020000000001', into: 'other' },
  ]);
  expect(store.usageHours(hour, hour + 1)).toEqual([
    { device: phone.id, start: hour, usage: amounts },
  ]);
  expect(store.totals(day)).toEqual(
    new Map([[phone.id, { today: amounts, month: amounts, total: amounts }]]),
  );
  expect(store.peers({ from: day, to: day })).toEqual([
    { day, address: '198.51.100.1', usage: { download: 2, upload: 1 } },
    { day, address: 'other', usage: { download: 3, upload: 3 } },
  ]);
  expect(store.applied()).toEqual([{ monitor: 'eth0', boot: 'b1', seq: 41 }]);
  expect([store.lastCheckpointAt(), store.lastEventId()]).toEqual([77, 0]);
  expect(store.peerNames()).toEqual(new Map());

  const changed = { ...phone, names: { ...phone.names, lease: 'pixel' }, hidden: true };
  const event = {
    id: 1,
    at: 78,
    type: 'device-changed',
    device: phone.id,
    message: 'Hidden.',
    acknowledged: true,
  } as const;
  store.checkpoint(checkpoint({ devices: [changed], events: [event] }));
  expect(store.devices()[0]).toEqual(changed);
  expect(store.events({ limit: 9 })).toEqual([event]);
});

test('what had become "other" in version 1 is forgotten', () => {
  const path = versionOne();
  newStore(path).close();
  const file = openSqlite(path, { readonly: true });
  const guest = file.prepare('SELECT * FROM device WHERE id = 4').raw().get() as unknown[];
  file.close();
  expect(guest).toContain('020000000001');
  expect(guest.filter((value) => /guest|acme/i.test(String(value)))).toEqual([]);
});

test('a ledger of version 1 is read only after the daemon has brought it up to date', () => {
  const path = versionOne();
  expect(() => openStore(path, { readonly: true })).toThrow('start the daemon once');
  newStore(path).close();
  const reader = openStore(path, { readonly: true });
  expect(reader.lastCheckpointAt()).toBe(77);
  reader.close();
});

test('a ledger of version 2 keeps its events, and takes up groups and limits', () => {
  const path = join(temporaryDirectory(), 'ledger.sqlite');
  const file = openSqlite(path);
  for (const name of ['001-initial', '002-events-and-names']) {
    file.exec(readFileSync(`src/store/migrations/${name}.sql`, 'utf8'));
  }
  file.exec(`
    PRAGMA user_version = 2;
    INSERT INTO event VALUES (41, 77, 'device-new', 'aabbccddeeff', 'New.');
    INSERT INTO peer_name VALUES ('192.0.2.1', 'Bank');`);
  file.close();
  const store = newStore(path);
  const old = { id: 41, at: 77, type: 'device-new', device: 'aabbccddeeff', message: 'New.' };
  expect(store.events({ limit: 9 })).toEqual([{ ...old, acknowledged: true }]);
  expect(store.peerNames()).toEqual(new Map([['192.0.2.1', 'Bank']]));
  expect([store.groups(), store.lastGroupNumber(), store.limits()]).toEqual([[], 0, []]);
  const group = { id: 'g1', name: 'Home', devices: ['aabbccddeeff'] };
  const limit = { period: 'day', direction: 'both', bytes: 9, warningPercent: 50 } as const;
  const id = { target: 'g1', period: 'day', direction: 'both' } as const;
  store.checkpoint(
    checkpoint({
      groups: [{ id: 'g1', group }],
      limits: [{ id, limit: { ...limit, target: 'g1' } }],
    }),
  );
  expect([store.groups(), store.limits()]).toEqual([[group], [{ ...limit, target: 'g1' }]]);
});

test('a ledger of version 3 keeps its events: they count as acknowledged, later ones as they are', () => {
  const path = join(temporaryDirectory(), 'ledger.sqlite');
  const file = openSqlite(path);
  for (const name of ['001-initial', '002-events-and-names', '003-groups-and-limits']) {
    file.exec(readFileSync(`src/store/migrations/${name}.sql`, 'utf8'));
  }
  file.exec(`
    PRAGMA user_version = 3;
    INSERT INTO event VALUES (41, 77, 'limit-exceeded', NULL, 'Much.', 'g1', 'g1/day/both');`);
  file.close();
  const store = newStore(path);
  const old = {
    id: 41,
    at: 77,
    type: 'limit-exceeded',
    group: 'g1',
    limit: 'g1/day/both',
    message: 'Much.',
    acknowledged: true,
  };
  const later = { id: 42, at: 78, type: 'clock-set', message: 'x', acknowledged: false } as const;
  store.checkpoint(checkpoint({ events: [later] }));
  expect(store.events({})).toEqual([later, old]);
  expect(store.events({ acknowledged: false })).toEqual([later]);
});

test('a ledger of version 4 keeps its days, which count as metered, and takes up imports', () => {
  const path = join(temporaryDirectory(), 'ledger.sqlite');
  const file = openSqlite(path);
  for (const name of ['001-initial', '002-events-and-names', '003-groups-and-limits']) {
    file.exec(readFileSync(`src/store/migrations/${name}.sql`, 'utf8'));
  }
  file.exec(readFileSync('src/store/migrations/004-acknowledged-events.sql', 'utf8'));
  file.exec(`
    PRAGMA user_version = 4;
    INSERT INTO device (id, device_id, router, first_seen, last_seen) VALUES (1, 'aabbccddeeff', 0, 11, 12);
    INSERT INTO usage_day VALUES (${day}, 1, 5, 4, 3, 2, 1);`);
  file.close();
  const store = newStore(path);
  const rest = { day, address: 'other', usage: { download: 5, upload: 4 } };
  expect(store.peers({ from: day, to: day })).toEqual([rest]);
  store.bringIn((page) => {
    expect(page.isMetered('aabbccddeeff', day)).toBe(true);
    expect(page.brought('aabbccddeeff', day)).toEqual({ download: 0, upload: 0 });
    page.addDay('aabbccddeeff', day, { download: 2, upload: 1 }, 11);
    expect(page.brought('aabbccddeeff', day)).toEqual({ download: 2, upload: 1 });
  });
  expect(store.usage({ from: day, to: day, step: 'day' })).toEqual([
    { device: 'aabbccddeeff', start: day, usage: { ...amounts, download: 7, upload: 5 } },
  ]);
});

test('an import that fails changes nothing', () => {
  const store = newStore();
  const failing = () =>
    store.bringIn((page) => {
      page.addDay('aabbccddeeff', day, { download: 2, upload: 1 }, 11);
      throw new Error('the file is damaged');
    });
  expect(failing).toThrow('the file is damaged');
  expect(store.devices()).toEqual([]);
});
