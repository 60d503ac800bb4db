import type { Config } from '../config/config.ts';
import type { AddressWords } from '../model/address.ts';
import type { Device } from '../model/device.ts';
import type { ImportPage } from '../store/imports.ts';
import type { Store } from '../store/store.ts';
import type { RawRow, WhitestatFile } from '../store/whitestat/file.ts';
import type { Row, RowFault } from '../store/whitestat/row.ts';
import type { Survey } from '../store/whitestat/survey.ts';
import type { Calendar } from '../usage/calendar.ts';
import type { Findings } from './report.ts';

export interface WhitestatImport {
  file: WhitestatFile;
  store: Store;
  config: Pick<Config, 'networks' | 'store' | 'timeZone'>;
  /** Epoch ms. */
  now: number;
  /** Also the traffic that stands with the MAC addresses of routers. */
  withRouters: boolean;
  /** Also days on which LanLedger itself metered the device. */
  withMeteredDays: boolean;
  /** The maker of a device by its MAC address. */
  vendorOf: (mac: string) => string | undefined;
}

/** An import under way. */
export interface ImportContext extends WhitestatImport {
  page: ImportPage;
  calendar: Calendar;
  parse: (raw: RawRow) => Row | RowFault;
  survey: Survey;
  /** Devices of the ledger by id, with what the import brought. */
  devices: Map<string, Device>;
  /** The device that an id means, where it was merged. */
  ownerOf: (id: string) => string;
  isLocal: (words: AddressWords) => boolean;
  changed: Findings;
  leftOut: Findings;
}
