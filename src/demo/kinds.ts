import type { NameSource } from '../model/device.ts';
import type { SiteName } from './sites.ts';

/** Digits: how busy each hour of a working day is, and of a day at the weekend. */
export const shapes = {
  steady: ['555555555555555555555555', '555555555555555555555555'],
  evening: ['100000001000111112346898', '210000001123334434456898'],
  family: ['100000134212223234556763', '310000012345556555667874'],
  work: ['000000001798748889820000', '000000000000100000000000'],
  night: ['189720000000000000000000', '189720000000000000000000'],
  daytime: ['000000012333333333322100', '000000001222222222221100'],
} as const;

/** A kind of device: who it says it is, and what it does on a usual day. */
export interface Kind {
  /** First half of its MAC address; absent: a phone that makes its address up. */
  maker?: string;
  names: Partial<Record<NameSource, string>>;
  icon?: string;
  role?: 'router' | 'storage' | 'television';
  /** The group it belongs to. */
  group?: 'Living room' | 'Children' | 'Home office';
  hidden?: true;
  hasIpv6?: true;
  shape: keyof typeof shapes;
  /** Internet traffic of a usual day in MB. */
  download: number;
  upload: number;
  /** MB from and to the storage. */
  fetched?: number;
  stored?: number;
  /** Share of days on which it is not used. */
  restDays?: number;
  /** A day in `every` brings this many GB more. */
  rush?: { every: number; gigabytes: number };
  /** The busiest first. */
  sites: readonly SiteName[];
  /** Days before today on which it came, and on which it was seen last. */
  came?: number;
  left?: number;
  /** Large homes have more of them. */
  isCommon?: true;
}

// prettier-ignore
export const kinds: readonly Kind[] = [
  { maker: '246511', role: 'router', names: { dns: 'router' }, icon: 'mdi:router-wireless',
    shape: 'steady', download: 0, upload: 0, sites: [] },
  { maker: '9009d0', role: 'storage', names: { user: 'NAS', dhcp: 'diskstation', mdns: 'diskstation' }, icon: 'mdi:nas',
    shape: 'night', download: 260, upload: 3400, sites: ['amazon', 'akamai'] },
  { maker: '201742', names: { user: 'Living room TV', dhcp: 'LGwebOSTV' }, icon: 'mdi:television', role: 'television',
    group: 'Living room',    shape: 'evening', download: 9200, upload: 140, fetched: 5200, restDays: 0.05, sites: ['netflix', 'google', 'amazon'], hasIpv6: true },
  { maker: '106530', names: { dhcp: 'LAPTOP-4F2K9Q', lease: 'LAPTOP-4F2K9Q' }, icon: 'mdi:laptop', group: 'Home office',
    shape: 'work', download: 3900, upload: 1300, stored: 2600, restDays: 0.12,
    sites: ['microsoft', 'cloudflare', 'github', 'google', 'akamai'], hasIpv6: true, isCommon: true },
  { names: { dhcp: 'Pixel-9' }, icon: 'mdi:cellphone',
    shape: 'family', download: 1700, upload: 320, sites: ['google', 'meta', 'cloudflare', 'fastly'], hasIpv6: true, isCommon: true },
  { maker: '904748', names: { user: 'Games console', dhcp: 'PS5-214' }, icon: 'mdi:gamepad-variant', group: 'Children',
    shape: 'evening', download: 1500, upload: 180, restDays: 0.25, rush: { every: 12, gigabytes: 74 }, sites: ['akamai', 'cloudfront', 'amazon'] },
  { maker: '2ccf67', names: { hosts: 'homeassistant', mdns: 'homeassistant' }, icon: 'mdi:home-automation',
    shape: 'steady', download: 130, upload: 45, stored: 420, sites: ['github', 'cloudflare', 'fastly'] },
  { maker: 'ec71db', names: { user: 'Doorbell', lease: 'doorbell' }, icon: 'mdi:doorbell-video',
    shape: 'steady', download: 24, upload: 880, stored: 1900, came: 4, sites: ['amazon'] },
  { maker: '102959', names: { mdns: 'MacBook-Air' }, icon: 'mdi:laptop', group: 'Home office',
    shape: 'work', download: 2800, upload: 900, stored: 3900, restDays: 0.15, sites: ['apple', 'microsoft', 'cloudflare', 'google'], hasIpv6: true },
  { maker: '103025', names: { mdns: 'iPad' }, icon: 'mdi:tablet', group: 'Children',
    shape: 'family', download: 2300, upload: 90, restDays: 0.1, sites: ['google', 'netflix', 'apple'], hasIpv6: true, isCommon: true },
  { maker: '140808', names: { user: 'Washing machine', dhcp: 'shelly-plug' }, icon: 'mdi:washing-machine',
    shape: 'steady', download: 1.4, upload: 2.1, sites: ['amazon'], isCommon: true },
  { maker: 'ece512', names: { hosts: 'heating' }, icon: 'mdi:thermostat',
    shape: 'steady', download: 3.2, upload: 4.5, sites: ['cloudfront'] },
  { maker: '508140', names: { dns: 'printer' }, icon: 'mdi:printer', hidden: true,
    shape: 'daytime', download: 2.2, upload: 1.1, sites: ['amazon'] },
  { names: { dhcp: 'Galaxy-S24' }, icon: 'mdi:cellphone', came: 17, left: 16,
    shape: 'family', download: 2600, upload: 510, sites: ['meta', 'google', 'fastly'] },
  { maker: '440049', names: { dhcp: 'kindle' }, icon: 'mdi:book-open-variant', left: 12,
    shape: 'daytime', download: 9, upload: 2, sites: ['amazon', 'cloudfront'] },
  { maker: '000e58', names: { mdns: 'Sonos-Kitchen' }, icon: 'mdi:speaker', came: 11,
    shape: 'daytime', download: 460, upload: 12, fetched: 380, sites: ['fastly', 'akamai'], isCommon: true },
  { maker: '103047', names: { dhcp: 'Samsung-TV' }, icon: 'mdi:television', group: 'Children',
    shape: 'evening', download: 3400, upload: 60, restDays: 0.35, sites: ['netflix', 'google'], isCommon: true },
  { maker: '001788', names: { mdns: 'Philips-hue' }, icon: 'mdi:lightbulb-group', group: 'Living room',
    shape: 'steady', download: 5.5, upload: 3.9, sites: ['google', 'time'], isCommon: true },
];
