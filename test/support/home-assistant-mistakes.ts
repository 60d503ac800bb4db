type Json = Record<string, unknown>;

const common = (platform: string, key: string) => ({
  p: platform,
  uniq_id: `x_${key}`,
  name: 'Something',
  def_ent_id: `${platform}.x_${key}`,
});

/** A document without a fault. */
export function sound() {
  return {
    dev: { ids: ['x'], cns: [['mac', '3c:22:fb:00:00:01']], name: 'Tablet' } as Json,
    o: { name: 'LanLedger', sw: '1.0.0', url: 'https://example.org/x' } as Json,
    avty: [{ t: 'x/state', val_tpl: '{{ value_json.state }}' }] as unknown,
    stat_t: 'x/device/1',
    qos: 1,
    cmps: {
      today: {
        ...common('sensor', 'today'),
        val_tpl: '{{ value_json.today }}',
        dev_cla: 'data_size',
        unit_of_meas: 'B',
        stat_cla: 'total',
        lrst_val_tpl: '{{ value_json.since }}',
      } as Json,
      seen: { ...common('sensor', 'seen'), dev_cla: 'timestamp', ent_cat: 'diagnostic' } as Json,
      online: { ...common('binary_sensor', 'online'), dev_cla: 'connectivity' } as Json,
      presence: { ...common('device_tracker', 'presence'), src_type: 'router' } as Json,
      name: {
        ...common('text', 'name'),
        cmd_t: 'x/rename',
        cmd_tpl: '{"name":{{ value | tojson }}}',
        ent_cat: 'config',
        max: 64,
      } as Json,
      limit: {
        ...common('number', 'limit'),
        cmd_t: 'x/limit',
        cmd_tpl: '{"bytes":{{ value | int }}}',
        min: 0,
        max: 1000,
      } as Json,
      restart: { ...common('button', 'restart'), cmd_t: 'x/restart', pl_prs: '{}' } as Json,
      event: { ...common('event', 'event'), stat_t: 'x/event', evt_typ: ['new'] } as Json,
    },
  };
}

type Sound = ReturnType<typeof sound>;

/** What makes a sound document faulty, and the fault that is then found. */
export const mistakes: [what: string, plant: (document: Sound) => void, fault: string][] = [
  [
    'a key of a single component at the root',
    (d) => Object.assign(d, { uniq_id: 'x' }),
    'root: unknown key unique_id',
  ],
  ['the base topic at the root', (d) => Object.assign(d, { '~': 'x' }), 'root: unknown key ~'],
  [
    'attributes at the root',
    (d) => Object.assign(d, { json_attr_t: 'x' }),
    'root: unknown key json_attributes_topic',
  ],
  ['no origin', (d) => Object.assign(d, { o: undefined }), 'no origin'],
  ['an origin without a name', (d) => delete d.o['name'], 'origin: name is missing'],
  ['an origin with more', (d) => (d.o['author'] = 'x'), 'origin: unknown key author'],
  ['an origin with a bad address', (d) => (d.o['url'] = 'example'), 'origin: support_url'],
  ['no device', (d) => Object.assign(d, { dev: undefined }), 'no device'],
  [
    'a device without identity',
    (d) => (d.dev = { name: 'x' }),
    'device: neither identifiers nor connections',
  ],
  ['an unknown fact of a device', (d) => (d.dev['colour'] = 'red'), 'device: unknown key colour'],
  ['a device with a bad address', (d) => (d.dev['cu'] = 'ftp://x'), 'device: configuration_url'],
  ['a device with a null', (d) => (d.dev['mf'] = null), 'device: manufacturer'],
  ['a connection that is none', (d) => (d.dev['cns'] = [['mac']]), 'device: connections'],
  [
    'a randomised MAC',
    (d) => (d.dev['cns'] = [['mac', '02:00:00:00:00:01']]),
    'device: randomised MAC address as connection',
  ],
  ['no components', (d) => Object.assign(d, { cmps: {} }), 'no components'],
  [
    'an unknown mode of availability',
    (d) => Object.assign(d, { avty_mode: 'some' }),
    'root: availability_mode',
  ],
  ['availability twice', (d) => Object.assign(d, { avty_t: 'x' }), 'root: availability twice'],
  [
    'an unknown key in availability',
    (d) => Object.assign(d, { avty: [{ t: 'x', q: 1 }] }),
    'root availability: unknown key q',
  ],
  ['an impossible quality of service', (d) => (d.qos = 3), 'root: qos'],
  ['a topic with a wildcard', (d) => (d.stat_t = 'x/#'), 'root: state_topic'],
  [
    'an unknown platform',
    (d) => (d.cmps.today['p'] = 'gauge'),
    'component today: unknown platform gauge',
  ],
  [
    'a missing unique id',
    (d) => delete d.cmps.today['uniq_id'],
    'component today: unique_id is missing',
  ],
  [
    'a unique id twice',
    (d) => (d.cmps.seen['uniq_id'] = 'x_today'),
    'component seen: unique_id twice',
  ],
  [
    'a typing error in a key',
    (d) => (d.cmps.today['unit_of_mes'] = 'B'),
    'component today: unknown key unit_of_mes',
  ],
  [
    'a key of another platform',
    (d) => (d.cmps.today['cmd_t'] = 'x'),
    'component today: unknown key command_topic',
  ],
  [
    'the entity id of another domain',
    (d) => (d.cmps.today['def_ent_id'] = 'text.x'),
    'component today: default_entity_id text.x',
  ],
  [
    'an illegal entity id',
    (d) => (d.cmps.today['def_ent_id'] = 'sensor.a__b'),
    'component today: default_entity_id sensor.a__b',
  ],
  [
    'a config sensor',
    (d) => (d.cmps.today['ent_cat'] = 'config'),
    'component today: entity_category',
  ],
  [
    'a config binary sensor',
    (d) => (d.cmps.online['ent_cat'] = 'config'),
    'component online: entity_category',
  ],
  [
    'an unknown category',
    (d) => (d.cmps.name['ent_cat'] = 'other'),
    'component name: entity_category',
  ],
  [
    'a unit of another device class',
    (d) => (d.cmps.today['unit_of_meas'] = 'B/s'),
    'component today: unit B/s with device_class data_size',
  ],
  [
    'a unit in wrong letters',
    (d) => (d.cmps.today['unit_of_meas'] = 'KB'),
    'component today: unit KB with device_class data_size',
  ],
  [
    'an unknown device class',
    (d) => (d.cmps.today['dev_cla'] = 'bytes'),
    'component today: device_class bytes',
  ],
  [
    'a rate that adds up',
    (d) => Object.assign(d.cmps.today, { dev_cla: 'data_rate', unit_of_meas: 'B/s' }),
    'component today: state_class with device_class data_rate',
  ],
  [
    'a time with a unit',
    (d) => (d.cmps.seen['unit_of_meas'] = 's'),
    'component seen: unit s with device_class timestamp',
  ],
  [
    'a time that adds up',
    (d) => (d.cmps.seen['stat_cla'] = 'measurement'),
    'component seen: state_class with device_class timestamp',
  ],
  [
    'an unknown state class',
    (d) => (d.cmps.today['stat_cla'] = 'sum'),
    'component today: state_class sum',
  ],
  [
    'a reset of a growing total',
    (d) => (d.cmps.today['stat_cla'] = 'total_increasing'),
    'component today: last_reset without total',
  ],
  [
    'a reset of a measurement',
    (d) => (d.cmps.today['stat_cla'] = 'measurement'),
    'component today: last_reset without total',
  ],
  [
    'a total without reset',
    (d) => delete d.cmps.today['lrst_val_tpl'],
    'component today: total without last_reset',
  ],
  ['options of a number', (d) => (d.cmps.today['ops'] = ['a']), 'component today: options'],
  [
    'a broken precision',
    (d) => (d.cmps.today['sug_dsp_prc'] = 0.5),
    'component today: suggested_display_precision',
  ],
  ['forced updates', (d) => (d.cmps.today['frc_upd'] = true), 'component today: force_update'],
  [
    'a tracker by satellite',
    (d) => (d.cmps.presence['src_type'] = 'gps'),
    'component presence: source_type',
  ],
  ['a text that is too long', (d) => (d.cmps.name['max'] = 300), 'component name: bounds'],
  ['a text of negative length', (d) => (d.cmps.name['min'] = -1), 'component name: bounds'],
  ['a number without a range', (d) => (d.cmps.limit['max'] = 0), 'component limit: bounds'],
  ['a number with a tiny step', (d) => (d.cmps.limit['step'] = 0.0001), 'component limit: step'],
  [
    'a number with an unknown mode',
    (d) => (d.cmps.limit['mode'] = 'knob'),
    'component limit: mode',
  ],
  [
    'a text without a command',
    (d) => delete d.cmps.name['cmd_t'],
    'component name: command_topic is missing',
  ],
  [
    'a command that is retained',
    (d) => (d.cmps.name['ret'] = true),
    'component name: retained commands',
  ],
  [
    'a command that is no JSON',
    (d) => (d.cmps.name['cmd_tpl'] = '{"name":{{ value }}'),
    'component name: sends no JSON',
  ],
  [
    'a button with its usual payload',
    (d) => delete d.cmps.restart['pl_prs'],
    'component restart: sends no JSON',
  ],
  ['an event without types', (d) => (d.cmps.event['evt_typ'] = []), 'component event: event_types'],
  [
    'a template without an expression',
    (d) => (d.cmps.today['val_tpl'] = 'value'),
    'component today: value_template is no template',
  ],
  [
    'a template with odd brackets',
    (d) => (d.cmps.today['val_tpl'] = '{{ a }} {{ b'),
    'component today: value_template has odd brackets',
  ],
  [
    'no state topic',
    (d) => Object.assign(d, { stat_t: undefined }),
    'component today: state_topic is missing',
  ],
  [
    'no availability',
    (d) => Object.assign(d, { avty: undefined }),
    'component today: no availability',
  ],
];
