import {
  checkAvailability,
  checkQos,
  checkTopics,
  closed,
  expand,
  type Json,
  shown,
} from './home-assistant-fields.ts';
import {
  abbreviations,
  commonKeys,
  inherited,
  measures,
  platforms,
  stateClasses,
} from './home-assistant-vocabulary.ts';

/** Adds every fault of one entity to `faults`; `seen` are the unique ids of those before it. */
export function checkComponent(
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
