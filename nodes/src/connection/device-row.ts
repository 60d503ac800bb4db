import type { DeviceList } from './ledger.ts';
import { addressOf, amountsOf, type Amounts } from './wording.ts';

/** A device as a row of a table. */
export interface DeviceRow {
  id: string;
  mac: string | null;
  name: string;
  address: string | null;
  vendor: string | null;
  online: boolean;
  /** ISO 8601. */
  lastSeen: string;
  today: Amounts;
  month: Amounts;
  total: Amounts;
}

export function rowOf(device: DeviceList['devices'][number]): DeviceRow {
  const { id, mac, name, vendor, online, lastSeen, today, month, total } = device;
  return {
    id,
    mac,
    name,
    address: addressOf(device),
    vendor,
    online,
    lastSeen,
    today: amountsOf(today),
    month: amountsOf(month),
    total: amountsOf(total),
  };
}
