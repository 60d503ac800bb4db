import { join } from 'node:path';
import type { LogFormat } from '../base/log.ts';

/** The configuration after validation and defaults. `schema.json` says what each key means. */
export interface Config {
  dataDirectory: string;
  timeZone: string;
  /** Resident memory above which detail is given up; 0: none. */
  memoryLimitMegabytes: number;
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
  names: {
    /** Hosts file whose names devices get; empty: none. */
    hostsFile: string;
    /** Lease files of dnsmasq or ISC dhcpd; empty: the usual places, where present. */
    leaseFiles: string[];
    /** Whose names are looked up in reverse DNS: nobody's, those of local devices, those of remote addresses, too. */
    reverseDns: 'off' | 'local' | 'all';
    /** DNS servers for that; empty: the system's. */
    dnsServers: string[];
  };
  store: {
    checkpointSeconds: number;
    /** Days to keep; 0 = for ever. */
    keepHoursDays: number;
    keepDaysDays: number;
    keepPeersDays: number;
    keepEventsDays: number;
    peersPerDevice: number;
  };
  mqtt: {
    /** Empty: the embedded broker. */
    url: string;
    username: string;
    password: string;
    /** Holds the password, instead of `password`. */
    passwordFile: string;
    baseTopic: string;
    intervalSeconds: number;
    tls: {
      /** Certificates in PEM; empty: the system's authorities, and no certificate of our own. */
      caFile: string;
      certificateFile: string;
      keyFile: string;
      /** Name in the broker's certificate; empty: the host of the URL. */
      serverName: string;
      /** false: accept any certificate. */
      verify: boolean;
    };
    embedded: {
      /** Beyond loopback only with a user name and password. */
      host: string;
      port: number;
      username: string;
      password: string;
    };
  };
  billing: {
    /** Day of the month on which the provider's billing period begins, 1 to 31; in shorter months their last day. */
    startDay: number;
  };
  homeAssistant: {
    /** Describe devices to Home Assistant (MQTT discovery). */
    discovery: boolean;
    discoveryPrefix: string;
    /** Let Home Assistant join devices with those of other integrations by their MAC address. */
    connections: boolean;
    /** Devices described at most: those with the most traffic of this month. */
    maximumDevices: number;
    /** Ids, MAC addresses, names or addresses; empty: all. */
    include: string[];
    exclude: string[];
    /** A device's numbers are sent when they moved by this much, besides at midnight and at limits. */
    minimumChangeBytes: number;
  };
  http: {
    /** `*`: all addresses of this machine. */
    host: string;
    port: number;
    auth: 'token' | 'none';
    /** Names under which browsers may reach this, besides addresses, this machine's name and local names. */
    hostNames: string[];
    /** Of Home Assistant's ingress; 0: none. */
    ingressPort: number;
    /** What users of Home Assistant may do by ingress. */
    ingressScope: 'read' | 'write';
    tls: {
      /** Certificate chain and key in PEM; both empty: no TLS. */
      certificateFile: string;
      keyFile: string;
    };
  };
  log: { level: 'debug' | 'info' | 'warn' | 'error'; format: LogFormat };
}

/** The ledger's file in the data directory. */
export function ledgerPath(config: Config): string {
  return join(config.dataDirectory, 'lanledger.db');
}

/** The file with the access tokens in the data directory. */
export function tokensPath(config: Config): string {
  return join(config.dataDirectory, 'tokens.json');
}
