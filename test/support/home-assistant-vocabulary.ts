/** The keys, platforms, units and abbreviations that Home Assistant knows. */

/** Full names by abbreviation, as far as any document may use them. */
export const abbreviations: Record<string, string> = {
  avty: 'availability',
  avty_mode: 'availability_mode',
  avty_t: 'availability_topic',
  avty_tpl: 'availability_template',
  cmd_t: 'command_topic',
  cmd_tpl: 'command_template',
  cmps: 'components',
  def_ent_id: 'default_entity_id',
  dev: 'device',
  dev_cla: 'device_class',
  e: 'encoding',
  en: 'enabled_by_default',
  ent_cat: 'entity_category',
  ent_pic: 'entity_picture',
  evt_typ: 'event_types',
  exp_aft: 'expire_after',
  frc_upd: 'force_update',
  ic: 'icon',
  json_attr_t: 'json_attributes_topic',
  json_attr_tpl: 'json_attributes_template',
  lrst_val_tpl: 'last_reset_value_template',
  o: 'origin',
  off_dly: 'off_delay',
  ops: 'options',
  opt: 'optimistic',
  p: 'platform',
  pl_avail: 'payload_available',
  pl_home: 'payload_home',
  pl_not_avail: 'payload_not_available',
  pl_not_home: 'payload_not_home',
  pl_off: 'payload_off',
  pl_on: 'payload_on',
  pl_prs: 'payload_press',
  pl_rst: 'payload_reset',
  ret: 'retain',
  src_type: 'source_type',
  stat_cla: 'state_class',
  stat_t: 'state_topic',
  sug_dsp_prc: 'suggested_display_precision',
  uniq_id: 'unique_id',
  unit_of_meas: 'unit_of_measurement',
  val_tpl: 'value_template',
};
export const deviceAbbreviations: Record<string, string> = {
  cns: 'connections',
  cu: 'configuration_url',
  hw: 'hw_version',
  ids: 'identifiers',
  mdl: 'model',
  mdl_id: 'model_id',
  mf: 'manufacturer',
  sa: 'suggested_area',
  sn: 'serial_number',
  sw: 'sw_version',
};
export const originAbbreviations: Record<string, string> = { sw: 'sw_version', url: 'support_url' };

const availabilityKeys = [
  'availability',
  'availability_mode',
  'availability_template',
  'availability_topic',
  'payload_available',
  'payload_not_available',
];
export const rootKeys = new Set([
  'device',
  'components',
  'origin',
  ...availabilityKeys,
  'state_topic',
  'command_topic',
  'qos',
  'encoding',
]);
export const deviceKeys = new Set([...Object.values(deviceAbbreviations), 'name', 'via_device']);
export const originKeys = new Set(['name', 'sw_version', 'support_url']);
/** What each component takes from the root where it has none of its own. */
export const inherited = [...availabilityKeys, 'state_topic', 'command_topic'];

export const commonKeys = [
  ...availabilityKeys,
  'default_entity_id',
  'enabled_by_default',
  'encoding',
  'entity_category',
  'entity_picture',
  'icon',
  'json_attributes_template',
  'json_attributes_topic',
  'name',
  'platform',
  'qos',
  'unique_id',
];

interface PlatformRules {
  keys: string[];
  required: string[];
  deviceClasses: string[];
}

const readKeys = ['state_topic', 'value_template', 'device_class'];
const writeKeys = ['command_topic', 'command_template', 'retain', 'optimistic'];
export const platforms: Record<string, PlatformRules> = {
  sensor: {
    keys: [
      ...readKeys,
      'expire_after',
      'force_update',
      'last_reset_value_template',
      'options',
      'state_class',
      'suggested_display_precision',
      'unit_of_measurement',
    ],
    required: ['state_topic'],
    deviceClasses: ['data_size', 'data_rate', 'duration', 'timestamp', 'enum'],
  },
  binary_sensor: {
    keys: [...readKeys, 'expire_after', 'force_update', 'off_delay', 'payload_on', 'payload_off'],
    required: ['state_topic'],
    deviceClasses: ['connectivity', 'problem', 'running', 'update'],
  },
  device_tracker: {
    keys: [
      'state_topic',
      'value_template',
      'payload_home',
      'payload_not_home',
      'payload_reset',
      'source_type',
    ],
    required: ['state_topic', 'source_type'],
    deviceClasses: [],
  },
  text: {
    keys: ['state_topic', 'value_template', ...writeKeys, 'max', 'min', 'mode', 'pattern'],
    required: ['command_topic', 'state_topic'],
    deviceClasses: [],
  },
  number: {
    keys: [
      ...readKeys,
      ...writeKeys,
      'max',
      'min',
      'mode',
      'payload_reset',
      'step',
      'unit_of_measurement',
    ],
    required: ['command_topic', 'state_topic'],
    deviceClasses: ['data_size', 'data_rate', 'duration'],
  },
  button: {
    keys: ['command_topic', 'command_template', 'retain', 'payload_press', 'device_class'],
    required: ['command_topic'],
    deviceClasses: ['restart', 'update', 'identify'],
  },
  event: {
    keys: [...readKeys, 'event_types'],
    required: ['state_topic', 'event_types'],
    deviceClasses: ['doorbell', 'button', 'motion'],
  },
};

const multiples = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB', 'ZB', 'YB'];
const binaries = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB', 'ZiB', 'YiB'];
const bits = ['bit', 'kbit', 'Mbit', 'Gbit'];
const rateUnits = [...bits, 'B', 'kB', 'MB', 'GB', 'KiB', 'MiB', 'GiB'].map((unit) => `${unit}/s`);
/** Units and state classes by device class. */
export const measures: Record<string, { units: string[]; stateClasses: string[] }> = {
  data_size: {
    units: [...bits, ...multiples, ...binaries],
    stateClasses: ['measurement', 'total', 'total_increasing'],
  },
  data_rate: { units: rateUnits, stateClasses: ['measurement'] },
  duration: {
    units: ['d', 'h', 'min', 's', 'ms', 'µs'],
    stateClasses: ['measurement', 'total', 'total_increasing'],
  },
  timestamp: { units: [], stateClasses: [] },
  enum: { units: [], stateClasses: [] },
};
export const stateClasses = new Set(['measurement', 'total', 'total_increasing']);
