import { AppError } from '../base/errors.ts';
import type { AddressWords } from '../model/address.ts';
import { LocalNetworks } from '../model/networks.ts';
import { createRowParser } from '../store/whitestat/row.ts';
import { Survey } from '../store/whitestat/survey.ts';
import { Calendar } from '../usage/calendar.ts';
import type { ImportContext, WhitestatImport } from './context.ts';
import { importDevices } from './devices.ts';
import { importNames } from './names.ts';
import { importPeers } from './peers.ts';
import { Findings, type ImportReport } from './report.ts';

/** Far below 2^53, up to which whole numbers are exact. */
const MOST_BYTES_IN_ALL = 1e15;

/**
 * Brings what WhiteStat has recorded into the ledger, in one transaction; what an earlier import brought is not doubled.
 * Throws `AppError` and changes nothing where the file or the ledger fails.
 */
export function importWhitestat(options: WhitestatImport): ImportReport {
  const { file, store, config } = options;
  const context = createContext(options);
  readSurvey(context);
  return store.bringIn((page) => {
    const whole: ImportContext = { ...context, page };
    const days = importDevices(whole);
    const names = importNames({
      file,
      devices: whole.devices,
      ownerOf: whole.ownerOf,
      peerNames: store.peerNames(),
      isLocal: whole.isLocal,
      putDevice: (device) => page.putDevice(device),
      putPeerName: (name) => page.putPeerName(name),
      changed: whole.changed,
      leftOut: whole.leftOut,
    });
    const peers = importPeers(whole, config.store);
    return {
      ...days.brought,
      peers: peers.brought,
      names,
      unchanged: { deviceDays: days.unchanged, peerDays: peers.unchanged },
      changed: whole.changed.list(),
      leftOut: whole.leftOut.list(),
    };
  });
}

function createContext(options: WhitestatImport): Omit<ImportContext, 'page'> {
  const { store, config, now } = options;
  const networks = new LocalNetworks();
  for (const prefix of config.networks.local) networks.addLocalText(prefix);
  const isLocal = (words: AddressWords) => networks.isLocal(...words);
  const calendar = new Calendar(config.timeZone);
  const merges = new Map(store.merges().map(({ from, into }) => [from, into]));
  return {
    ...options,
    calendar,
    parse: createRowParser({ today: calendar.day(now), isLocal }),
    survey: new Survey(),
    devices: new Map(store.devices().map((device) => [device.id, device])),
    ownerOf: (id) => merges.get(id) ?? id,
    isLocal,
    changed: new Findings(),
    leftOut: new Findings(),
  };
}

const ownRows = 'rows of addresses that WhiteStat took for remote are counted for their device';

/** Reads all rows once: whose they are shows only when all are known. */
function readSurvey({ file, parse, survey, changed, leftOut }: Omit<ImportContext, 'page'>): void {
  let bytes = 0;
  for (const raw of file.rows()) {
    const row = parse(raw);
    if (typeof row === 'string') {
      leftOut.add(`rows ${row}`, raw.map((value) => value ?? 'NULL').join(' '));
    } else if (survey.add(row)) {
      bytes += row.in + row.out;
    } else {
      leftOut.add('rows of devices beyond 4096', row.mac);
    }
  }
  for (const [mac, rows] of survey.ownRows()) changed.add(ownRows, mac, rows);
  const strays = survey.strayRows();
  if (strays > 0) leftOut.add('rows of local addresses at no device', undefined, strays);
  if (bytes > MOST_BYTES_IN_ALL) {
    throw new AppError(
      'FILE_FORMAT',
      'The file claims more than a petabyte: it is damaged, so nothing was imported; use a backup of it.',
    );
  }
}
