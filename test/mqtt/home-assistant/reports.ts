import {
  array,
  boolean,
  constant,
  constantFrom,
  integer,
  ipV4,
  ipV6,
  nat,
  oneof,
  option,
  record,
  string,
  uniqueArray,
  type Arbitrary,
} from 'fast-check';
import { deviceIdOfAddress, deviceIdOfMac } from '../../../src/model/device.ts';
import { isRandomisedMac } from '../../../src/model/address.ts';
import { limitDirections, limitPeriods, NETWORK_TARGET } from '../../../src/model/limit.ts';
import type { DeviceReport, GroupReport, LimitReport, Report } from '../../../src/model/report.ts';
import { laptop, sampleReport } from '../../support/sample-report.ts';

const amount = nat({ max: 2 ** 40 });
const usage = record({
  download: amount,
  upload: amount,
  localDownload: amount,
  localUpload: amount,
  packets: amount,
});
const usageReport = record({
  today: usage,
  month: usage,
  total: usage,
  rate: record({ download: amount, upload: amount }),
});
/** Whatever somebody may call a thing. */
const oddName = oneof(
  constantFrom('Küche', '客厅', "Ann's {{ phone }}", '{% raw %}', '"', '_', '-', '🙂', 'a_b__c'),
  string({ unit: 'binary', minLength: 1, maxLength: 80 }).filter((name) => name.trim() !== ''),
);
const mac = array(integer({ min: 0, max: 255 }), { minLength: 6, maxLength: 6 })
  // No group addresses.
  .map(([first = 0, ...rest]) => [first & 0xfe, ...rest])
  .map((bytes) => bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':'));
const address = oneof(ipV4(), ipV6(), constant('fe80::1%eth0'));

const identity = oneof(
  mac.map((value) => ({
    id: deviceIdOfMac(value),
    mac: value,
    randomisedMac: isRandomisedMac(value),
  })),
  address.map((value) => ({ id: deviceIdOfAddress(value), randomisedMac: false })),
  constant({ id: 'other', randomisedMac: false }),
);

const device: Arbitrary<DeviceReport> = record({
  identity,
  usage: usageReport,
  name: oddName,
  flags: record({ hidden: boolean(), router: boolean(), online: boolean() }),
  addresses: array(address, { maxLength: 3 }),
  vendor: option(oddName),
}).map(({ identity: who, usage: used, name, flags, addresses, vendor }) => ({
  ...who,
  ...used,
  ...flags,
  name,
  addresses,
  merged: [],
  ...(vendor === null ? {} : { vendor }),
  firstSeen: laptop.firstSeen,
  lastSeen: laptop.lastSeen,
}));

const group: Arbitrary<GroupReport> = record({
  number: integer({ min: 1, max: 9 }),
  name: oddName,
  used: usageReport,
}).map(({ number, name, used }) => ({
  id: `g${number}`,
  name,
  devices: [],
  devicesOnline: 0,
  ...used,
}));

const limitOf = (targets: string[]): Arbitrary<LimitReport> =>
  record({
    target: constantFrom(...targets),
    period: constantFrom(...limitPeriods),
    direction: constantFrom(...limitDirections),
    bytes: amount,
    warningPercent: integer({ min: 1, max: 100 }),
    from: constant(20261120),
    next: constant(20261121),
    usedBytes: amount,
    level: constantFrom('ok', 'warning', 'exceeded'),
  });

/** Everything that LanLedger can publish. */
export const anyReport: Arbitrary<Report> = record({
  devices: uniqueArray(device, { selector: ({ id }) => id, maxLength: 6 }),
  groups: uniqueArray(group, { selector: ({ id }) => id, maxLength: 3 }),
}).chain(({ devices, groups }) => {
  const targets = [NETWORK_TARGET, ...[...devices, ...groups].map(({ id }) => id)];
  return array(limitOf(targets), { maxLength: 4 }).map((limits) =>
    sampleReport({ devices, groups, limits }),
  );
});
