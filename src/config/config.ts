import { join } from 'node:path';
import type { LogFormat } from '../base/log.ts';

/** The configuration after validation and defaults. `schema.json` says what each key means. */
export interface Config {
  dataDirectory: string;
  timeZone: string;
  capture: {
    driver: 'af-packet' | 'libpcap';
    /** Empty: the interface of the default route. */
    interfaces: string[];
    promiscuous: boolean;
    filter: string;
    ringMebibytes: number;
  };
  networks: {
    /** Prefixes that are local besides private, link-local, configured and learned ones. */
    local: string[];
  };
  devices: { offlineAfterSeconds: number };
  store: {
    checkpointSeconds: number;
    /** Days to keep; 0 = for ever. */
    keepHoursDays: number;
    keepDaysDays: number;
    keepPeersDays: number;
    peersPerDevice: number;
  };
  mqtt: {
    /** Empty: the embedded broker on loopback. */
    url: string;
    username: string;
    password: string;
    baseTopic: string;
    intervalSeconds: number;
    embeddedPort: number;
  };
  http: { host: string; port: number };
  log: { level: 'debug' | 'info' | 'warn' | 'error'; format: LogFormat };
}

/** The ledger's file in the data directory. */
export function ledgerPath(config: Config): string {
  return join(config.dataDirectory, 'lanledger.db');
}
