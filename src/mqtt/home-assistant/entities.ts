import { eventTypes } from '../../model/event.ts';
import type { LimitDirection, LimitPeriod } from '../../model/limit.ts';
import type { Entity, Scope } from './entity.ts';

const metered: readonly Scope[] = ['device', 'group', 'network'];
const dailyLimit: { period: LimitPeriod; direction: LimitDirection } = {
  period: 'day',
  direction: 'both',
};
const megabyte = 1_000_000;
const largestLimitMegabytes = 10_000_000;
const longestName = 64;

const bytes = { platform: 'sensor', deviceClass: 'data_size', unit: 'B' } as const;
const cycle = { ...bytes, stateClass: 'total', more: { sug_dsp_prc: 0 } } as const;
const lifetime = { ...bytes, stateClass: 'total_increasing', more: { sug_dsp_prc: 0 } } as const;
const rate = {
  platform: 'sensor',
  deviceClass: 'data_rate',
  unit: 'B/s',
  stateClass: 'measurement',
} as const;

/** All entities; in a document they stand in this order, the most important first. */
export const entities: readonly Entity[] = [
  ...inBothDirections((direction, name) => ({
    ...cycle,
    key: `${direction}_today`,
    name: `${name} today`,
    scopes: metered,
    value: `{{ value_json.today.${direction} }}`,
    lastReset: '{{ value_json.since.day }}',
  })),
  {
    key: 'online',
    platform: 'binary_sensor',
    name: 'Online',
    scopes: ['device'],
    deviceClass: 'connectivity',
    value: "{{ 'ON' if value_json.online else 'OFF' }}",
  },
  {
    key: 'presence',
    platform: 'device_tracker',
    name: 'Presence',
    scopes: ['device'],
    value: "{{ 'home' if value_json.online else 'not_home' }}",
    more: { src_type: 'router' },
  },
  {
    key: 'devices_online',
    platform: 'sensor',
    name: 'Devices online',
    scopes: ['group', 'network'],
    off: ['group'],
    stateClass: 'measurement',
    icon: 'mdi:devices',
    value: '{{ value_json.devicesOnline }}',
  },
  ...inBothDirections((direction, name) => ({
    ...cycle,
    key: `${direction}_month`,
    name: `${name} this month`,
    scopes: metered,
    off: ['device'],
    value: `{{ value_json.month.${direction} }}`,
    lastReset: '{{ value_json.since.month }}',
  })),
  ...inBothDirections((direction, name) => ({
    ...lifetime,
    key: `${direction}_total`,
    name: `${name} total`,
    // Not of groups: a member may leave, and a lifetime may not fall.
    scopes: ['device', 'network'],
    off: ['device', 'network'],
    value: `{{ value_json.total.${direction} }}`,
  })),
  ...inBothDirections((direction, name) => ({
    ...rate,
    key: `${direction}_rate`,
    name: `${name} rate`,
    scopes: metered,
    off: metered,
    value: `{{ value_json.rate.${direction} }}`,
  })),
  {
    key: 'ip_address',
    platform: 'sensor',
    name: 'IP address',
    scopes: ['device'],
    off: ['device'],
    category: 'diagnostic',
    icon: 'mdi:ip-network',
    value: '{{ value_json.addresses | first | default(none) }}',
  },
  {
    key: 'last_seen',
    platform: 'sensor',
    name: 'Last seen',
    scopes: ['device'],
    off: ['device'],
    category: 'diagnostic',
    deviceClass: 'timestamp',
    value: '{{ value_json.lastSeen }}',
  },
  {
    key: 'name',
    platform: 'text',
    name: 'Name',
    scopes: ['device'],
    category: 'config',
    icon: 'mdi:rename',
    value: `{{ value_json.name[:${longestName}] }}`,
    command: {
      name: 'device/rename',
      // Emptied, the device goes by what it says of itself.
      input: (target) => `{"device":${target},"name":{{ (value or none) | tojson }}}`,
    },
    more: { min: 0, max: longestName },
  },
  {
    key: 'limit',
    platform: 'number',
    name: 'Daily limit',
    scopes: metered,
    category: 'config',
    deviceClass: 'data_size',
    unit: 'MB',
    icon: 'mdi:gauge',
    source: 'limits',
    value: limitTemplate,
    command: {
      name: 'limit/set',
      input: (target) =>
        `{"target":${target},"period":"${dailyLimit.period}","direction":"${dailyLimit.direction}","bytes":{{ (value | int) * ${megabyte} }}}`,
    },
    more: { min: 0, max: largestLimitMegabytes, step: 1, mode: 'box' },
  },
  {
    key: 'top_device',
    platform: 'sensor',
    name: 'Top device',
    scopes: ['network'],
    icon: 'mdi:podium',
    value: '{{ value_json.top | map(attribute="name") | first | default(none) }}',
    // Whole tenths of a gigabyte: attributes are recorded whenever they change.
    attributes:
      '{"devices":[{% for top in value_json.top %}{{ "," if not loop.first }}{"name":{{ top.name | tojson }},"gigabytes":{{ ((top.download + top.upload) / 1000000000) | round(1) }}}{% endfor %}]}',
  },
  {
    ...cycle,
    key: 'billing_used',
    name: 'Billing period usage',
    scopes: ['network'],
    icon: 'mdi:calendar-month',
    value: '{{ value_json.billing.usedBytes }}',
    lastReset: '{{ value_json.billing.from }}T00:00:00+00:00',
  },
  {
    key: 'billing_percent',
    platform: 'sensor',
    name: 'Billing period usage of limit',
    scopes: ['network'],
    unit: '%',
    stateClass: 'measurement',
    icon: 'mdi:percent',
    value:
      '{{ (100 * value_json.billing.usedBytes / value_json.billing.limitBytes) | round(1) if value_json.billing.limitBytes else none }}',
  },
  {
    key: 'billing_days_left',
    platform: 'sensor',
    name: 'Billing period days left',
    scopes: ['network'],
    deviceClass: 'duration',
    unit: 'd',
    icon: 'mdi:calendar-end',
    value: '{{ value_json.billing.daysLeft }}',
  },
  {
    ...bytes,
    key: 'billing_forecast',
    name: 'Billing period forecast',
    scopes: ['network'],
    icon: 'mdi:chart-line',
    value: '{{ value_json.billing.forecastBytes }}',
    more: { sug_dsp_prc: 0 },
  },
  {
    key: 'problem',
    platform: 'binary_sensor',
    name: 'Problem',
    scopes: ['daemon'],
    category: 'diagnostic',
    deviceClass: 'problem',
    value: "{{ 'OFF' if value_json.status == 'ok' else 'ON' }}",
    attributes: '{"problems":{{ value_json.problems | tojson }}}',
  },
  {
    key: 'event',
    platform: 'event',
    name: 'Event',
    scopes: ['daemon'],
    source: 'event',
    icon: 'mdi:bell-outline',
    value:
      '{"event_type":{{ value_json.type | tojson }},"device":{{ value_json.device | tojson }},"message":{{ value_json.message | tojson }}}',
    more: { evt_typ: eventTypes },
  },
  {
    key: 'restart',
    platform: 'button',
    name: 'Restart',
    scopes: ['daemon'],
    category: 'config',
    deviceClass: 'restart',
    command: { name: 'restart', input: () => '{}' },
  },
  {
    key: 'version',
    platform: 'sensor',
    name: 'Version',
    scopes: ['daemon'],
    category: 'diagnostic',
    icon: 'mdi:tag-outline',
    source: 'info',
    value: '{{ value_json.version }}',
  },
  {
    key: 'started',
    platform: 'sensor',
    name: 'Running since',
    scopes: ['daemon'],
    category: 'diagnostic',
    deviceClass: 'timestamp',
    source: 'info',
    value: '{{ value_json.startedAt }}',
  },
  {
    key: 'capture_loss',
    platform: 'sensor',
    name: 'Capture loss',
    scopes: ['daemon'],
    category: 'diagnostic',
    unit: '%',
    stateClass: 'measurement',
    icon: 'mdi:lan-disconnect',
    value: '{{ value_json.captureLossPercent }}',
  },
  {
    key: 'checkpoint',
    platform: 'sensor',
    name: 'Last checkpoint',
    scopes: ['daemon'],
    off: ['daemon'],
    category: 'diagnostic',
    deviceClass: 'timestamp',
    value: '{{ value_json.checkpointAt }}',
  },
];

function inBothDirections(
  entity: (direction: 'download' | 'upload', name: string) => Entity,
): Entity[] {
  return [entity('download', 'Download'), entity('upload', 'Upload')];
}

/** The daily limit in whole megabytes, rounded up so that only no limit at all shows as 0. */
function limitTemplate(target: string): string {
  const filters = Object.entries(dailyLimit)
    .map(([name, value]) => ` | selectattr("${name}", "eq", "${value}")`)
    .join('');
  return `{{ [((value_json | selectattr("target", "eq", ${target})${filters} | map(attribute="bytes") | first | default(0)) / ${megabyte}) | round(0, "ceil") | int, ${largestLimitMegabytes}] | min }}`;
}
