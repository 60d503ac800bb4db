/** What Home Assistant accepts over MQTT discovery without a word in its log; stricter where it would be silent. */

type Json = Record<string, unknown>;

/** Full names by abbreviation, as far as any document may use them. */
const abbreviations: Record<string, string> = {
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
const deviceAbbreviations: Record<string, string> = {
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
const originAbbreviations: Record<string, string> = { sw: 'sw_version', url: 'support_url' };

const availabilityKeys = [
  'availability',
  'availability_mode',
  'availability_template',
  'availability_topic',
  'payload_available',
  'payload_not_available',
];
const rootKeys = new Set([
  'device',
  'components',
  'origin',
  ...availabilityKeys,
  'state_topic',
  'command_topic',
  'qos',
  'encoding',
]);
const deviceKeys = new Set([...Object.values(deviceAbbreviations), 'name', 'via_device']);
const originKeys = new Set(['name', 'sw_version', 'support_url']);
/** What each component takes from the root where it has none of its own. */
const inherited = [...availabilityKeys, 'state_topic', 'command_topic'];

const commonKeys = [
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
const platforms: Record<string, PlatformRules> = {
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
const measures: Record<string, { units: string[]; stateClasses: string[] }> = {
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
const stateClasses = new Set(['measurement', 'total', 'total_increasing']);

/** One message as it was published. */
export interface Published {
  topic: string;
  payload: string;
  retained: boolean;
}

/** Every reason why Home Assistant would refuse, ignore or misread the document; none where all is well. */
export function faultsOfDocument(
  topic: string,
  payload: string,
  prefix = 'homeassistant',
): string[] {
  const faults: string[] = [];
  if (!isDocumentTopic(topic, prefix)) faults.push(`illegal topic ${topic}`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(payload);
  } catch {
    return [...faults, 'no JSON'];
  }
  if (!isObject(parsed)) return [...faults, 'no object'];
  const root = expand(parsed, abbreviations, 'root', faults);
  closed(root, rootKeys, 'root', faults);
  checkDevice(root['device'], faults);
  checkOrigin(root['origin'], faults);
  checkAvailability(root, 'root', faults);
  checkTopics(root, 'root', faults);
  checkQos(root, 'root', faults);
  const components = root['components'];
  if (!isObject(components) || Object.keys(components).length === 0) {
    return [...faults, 'no components'];
  }
  const seen = new Set<string>();
  for (const [key, component] of Object.entries(components)) {
    const where = `component ${key}`;
    if (!/^[a-zA-Z0-9_-]+$/.test(key)) faults.push(`${where}: illegal key`);
    if (!isObject(component)) faults.push(`${where}: no object`);
    else checkComponent(where, component, root, seen, faults);
  }
  return faults;
}

function isDocumentTopic(topic: string, prefix: string): boolean {
  if (!topic.startsWith(`${prefix}/device/`) || !topic.endsWith('/config')) return false;
  const ids = topic.slice(`${prefix}/device/`.length, -'/config'.length).split('/');
  return ids.length <= 2 && ids.every((id) => /^[a-zA-Z0-9_-]+$/.test(id));
}

function checkComponent(
  where: string,
  given: Json,
  root: Json,
  seen: Set<string>,
  faults: string[],
): void {
  const own = expand(given, abbreviations, where, faults);
  const { platform } = own;
  const rules = typeof platform === 'string' ? platforms[platform] : undefined;
  if (rules === undefined) {
    faults.push(`${where}: unknown platform ${shown(platform)}`);
    return;
  }
  // That is how an entity is removed.
  if (Object.keys(own).length === 1) return;
  closed(own, new Set([...commonKeys, ...rules.keys]), where, faults);
  const component = { ...Object.fromEntries(inherited.map((key) => [key, root[key]])), ...own };
  for (const key of rules.required) {
    if (component[key] === undefined) faults.push(`${where}: ${key} is missing`);
  }
  checkIdentity(where, shown(platform), component, seen, faults);
  checkAvailability(component, where, faults);
  if (component['availability'] === undefined && component['availability_topic'] === undefined) {
    faults.push(`${where}: no availability`);
  }
  checkTopics(component, where, faults);
  checkQos(component, where, faults);
  checkTemplates(component, where, faults);
  checkCommand(component, where, faults);
  const deviceClass = component['device_class'];
  if (deviceClass !== undefined && !rules.deviceClasses.includes(shown(deviceClass))) {
    faults.push(`${where}: device_class ${shown(deviceClass)}`);
  }
  if (platform === 'sensor') checkSensor(component, where, faults);
  if (platform === 'text') checkBounds(component, where, faults, { min: 0, max: 255 });
  if (platform === 'number') checkNumber(component, where, faults);
  if (platform === 'event') checkEvent(component, where, faults);
  if (platform === 'device_tracker' && component['source_type'] !== 'router') {
    faults.push(`${where}: source_type`);
  }
}

function checkIdentity(
  where: string,
  platform: string,
  component: Json,
  seen: Set<string>,
  faults: string[],
): void {
  const { unique_id: id, default_entity_id: entityId, name, entity_category: category } = component;
  if (typeof id !== 'string' || id === '') faults.push(`${where}: unique_id is missing`);
  else if (seen.has(id)) faults.push(`${where}: unique_id twice`);
  else seen.add(id);
  if (
    typeof entityId !== 'string' ||
    !new RegExp(`^${platform}\\.[a-z0-9](?:_?[a-z0-9])*$`).test(entityId)
  ) {
    faults.push(`${where}: default_entity_id ${shown(entityId)}`);
  }
  if (typeof name !== 'string' || !/^[A-Z][^_]*$/.test(name)) faults.push(`${where}: name`);
  if (category === undefined) return;
  const allowed = ['sensor', 'binary_sensor', 'device_tracker', 'event'].includes(platform)
    ? ['diagnostic']
    : ['diagnostic', 'config'];
  if (!allowed.includes(shown(category))) faults.push(`${where}: entity_category`);
}

function checkSensor(component: Json, where: string, faults: string[]): void {
  const { device_class: deviceClass, unit_of_measurement: unit } = component;
  const stateClass = component['state_class'];
  const measure = typeof deviceClass === 'string' ? measures[deviceClass] : undefined;
  if (stateClass !== undefined && !stateClasses.has(shown(stateClass))) {
    faults.push(`${where}: state_class ${shown(stateClass)}`);
  }
  if (measure !== undefined) {
    const isUnitless = measure.units.length === 0;
    if (isUnitless ? unit !== undefined : !measure.units.includes(shown(unit))) {
      faults.push(`${where}: unit ${shown(unit)} with device_class ${shown(deviceClass)}`);
    }
    if (stateClass !== undefined && !measure.stateClasses.includes(shown(stateClass))) {
      faults.push(`${where}: state_class with device_class ${shown(deviceClass)}`);
    }
  }
  if (component['last_reset_value_template'] !== undefined && stateClass !== 'total') {
    faults.push(`${where}: last_reset without total`);
  }
  if (stateClass === 'total' && component['last_reset_value_template'] === undefined) {
    faults.push(`${where}: total without last_reset`);
  }
  if (component['options'] !== undefined) {
    if (deviceClass !== 'enum' || stateClass !== undefined || unit !== undefined) {
      faults.push(`${where}: options`);
    }
  }
  const precision = component['suggested_display_precision'];
  if (precision !== undefined && !(Number.isInteger(precision) && Number(precision) >= 0)) {
    faults.push(`${where}: suggested_display_precision`);
  }
  if (component['force_update'] === true) faults.push(`${where}: force_update`);
}

function checkBounds(
  component: Json,
  where: string,
  faults: string[],
  { min: lowest, max: highest }: { min: number; max: number },
): void {
  const { min = lowest, max = highest } = component;
  const isRange =
    typeof min === 'number' &&
    typeof max === 'number' &&
    min >= lowest &&
    max <= highest &&
    min < max;
  if (!isRange) faults.push(`${where}: bounds`);
}

function checkNumber(component: Json, where: string, faults: string[]): void {
  const { min = 1, max = 100, step = 1, mode = 'auto', unit_of_measurement: unit } = component;
  checkBounds({ min, max }, where, faults, { min: -1e15, max: 1e15 });
  if (typeof step !== 'number' || step < 0.001) faults.push(`${where}: step`);
  if (!['auto', 'box', 'slider'].includes(shown(mode))) faults.push(`${where}: mode`);
  const deviceClass = component['device_class'];
  const measure = typeof deviceClass === 'string' ? measures[deviceClass] : undefined;
  if (measure !== undefined && !measure.units.includes(shown(unit))) {
    faults.push(`${where}: unit ${shown(unit)} with device_class ${shown(deviceClass)}`);
  }
}

function checkEvent(component: Json, where: string, faults: string[]): void {
  const types = component['event_types'];
  const isList = Array.isArray(types) && types.length > 0;
  if (!isList || !types.every((type) => typeof type === 'string' && type !== '')) {
    faults.push(`${where}: event_types`);
  }
}

function checkDevice(device: unknown, faults: string[]): void {
  if (!isObject(device)) {
    faults.push('no device');
    return;
  }
  const full = expand(device, deviceAbbreviations, 'device', faults);
  closed(full, deviceKeys, 'device', faults);
  const { identifiers = [], connections = [] } = full;
  const ids = Array.isArray(identifiers) ? identifiers : [identifiers];
  const links = Array.isArray(connections) ? connections : [connections];
  if (ids.length + links.length === 0) faults.push('device: neither identifiers nor connections');
  if (!ids.every(isText)) faults.push('device: identifiers');
  for (const link of links) checkConnection(link, faults);
  for (const [key, value] of Object.entries(full)) {
    if (key === 'identifiers' || key === 'connections') continue;
    if (!isText(value)) faults.push(`device: ${key}`);
  }
  const url = full['configuration_url'];
  if (url !== undefined && !isUrl(url, ['http:', 'https:', 'homeassistant:'])) {
    faults.push('device: configuration_url');
  }
}

function checkConnection(link: unknown, faults: string[]): void {
  if (!Array.isArray(link) || link.length !== 2 || !link.every(isText)) {
    faults.push('device: connections');
    return;
  }
  const [kind, value] = link as [string, string];
  if (kind !== 'mac') return;
  if (!/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(value)) faults.push('device: no MAC address');
  else if ((Number.parseInt(value.slice(0, 2), 16) & 2) !== 0) {
    faults.push('device: randomised MAC address as connection');
  }
}

function checkOrigin(origin: unknown, faults: string[]): void {
  if (!isObject(origin)) {
    faults.push('no origin');
    return;
  }
  const full = expand(origin, originAbbreviations, 'origin', faults);
  closed(full, originKeys, 'origin', faults);
  if (!isText(full['name'])) faults.push('origin: name is missing');
  if (full['sw_version'] !== undefined && !isText(full['sw_version'])) {
    faults.push('origin: sw_version');
  }
  const url = full['support_url'];
  if (url !== undefined && !isUrl(url, ['http:', 'https:'])) faults.push('origin: support_url');
}

function checkAvailability(holder: Json, where: string, faults: string[]): void {
  const { availability: list, availability_topic: topic, availability_mode: mode } = holder;
  if (list !== undefined && topic !== undefined) faults.push(`${where}: availability twice`);
  if (mode !== undefined && !['all', 'any', 'latest'].includes(shown(mode))) {
    faults.push(`${where}: availability_mode`);
  }
  if (list === undefined) return;
  const entries = Array.isArray(list) ? list : [list];
  for (const entry of entries) {
    const full = isObject(entry)
      ? expand(entry, { ...abbreviations, t: 'topic' }, where, faults)
      : {};
    const known = ['topic', 'payload_available', 'payload_not_available', 'value_template'];
    closed(full, new Set(known), `${where} availability`, faults);
    if (!isTopic(full['topic'])) faults.push(`${where}: availability topic`);
  }
}

function checkTopics(holder: Json, where: string, faults: string[]): void {
  for (const [key, value] of Object.entries(holder)) {
    if (key.endsWith('_topic') && value !== undefined && !isTopic(value)) {
      faults.push(`${where}: ${key}`);
    }
  }
}

function checkQos(holder: Json, where: string, faults: string[]): void {
  const { qos } = holder;
  if (qos !== undefined && ![0, 1, 2].includes(qos as number)) faults.push(`${where}: qos`);
  if (holder['retain'] === true) faults.push(`${where}: retained commands`);
}

/** Brackets in pairs, and expressions that are not empty. */
function checkTemplates(component: Json, where: string, faults: string[]): void {
  for (const [key, value] of Object.entries(component)) {
    if (!key.endsWith('_template') || value === undefined) continue;
    if (typeof value !== 'string' || !/\{\{.*\}\}/s.test(value)) {
      faults.push(`${where}: ${key} is no template`);
      continue;
    }
    const rest = value.replaceAll(/\{\{(?:[^{}]|\{[^{}]*\})+\}\}|\{%[^{}]+%\}/g, '');
    if (/\{\{|\}\}\}|\{%|%\}|\{#/.test(rest)) faults.push(`${where}: ${key} has odd brackets`);
  }
}

/** Commands are JSON once their template is filled in. */
function checkCommand(component: Json, where: string, faults: string[]): void {
  const text = component['command_template'] ?? component['payload_press'];
  if (text === undefined) {
    if (component['command_topic'] !== undefined && component['platform'] !== undefined) {
      const isNeeded = ['text', 'number', 'button'].includes(shown(component['platform']));
      if (isNeeded) faults.push(`${where}: sends no JSON`);
    }
    return;
  }
  try {
    JSON.parse(shown(text).replaceAll(/\{\{(?:[^{}]|\{[^{}]*\})+\}\}/g, '0'));
  } catch {
    faults.push(`${where}: sends no JSON`);
  }
}

/** Faults of what is published besides documents: who reads which topic must get what it can read. */
export function faultsOfMessages(messages: readonly Published[], eventTopic: string): string[] {
  return messages
    .filter(({ topic, retained }) => topic === eventTopic && retained)
    .map(({ topic }) => `${topic} is retained`);
}

function expand(given: Json, names: Record<string, string>, where: string, faults: string[]): Json {
  const full: Json = {};
  for (const [key, value] of Object.entries(given)) {
    const name = names[key] ?? key;
    if (name in full) faults.push(`${where}: ${name} twice`);
    full[name] = value;
  }
  return full;
}

function closed(holder: Json, keys: ReadonlySet<string>, where: string, faults: string[]): void {
  for (const key of Object.keys(holder)) {
    if (!keys.has(key)) faults.push(`${where}: unknown key ${key}`);
  }
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isTopic(value: unknown): boolean {
  // eslint-disable-next-line no-control-regex
  return typeof value === 'string' && /^[^+#\u0000]{1,65535}$/.test(value);
}

function isUrl(value: unknown, protocols: string[]): boolean {
  return (
    typeof value === 'string' && URL.canParse(value) && protocols.includes(new URL(value).protocol)
  );
}
