import { invalid, type GivenValue } from './given-value.ts';
import { settings, type Setting } from './settings.ts';
import { unknownVariable } from './unknown-key.ts';

/** What Kubernetes tells every container of a service named `lanledger` (kubernetes.io, "Service", Environment variables). */
const serviceVariable = /^LANLEDGER_(SERVICE_(HOST|PORT(_\w+)?)|PORT_\d+_(TCP|UDP|SCTP)(_\w+)?)$/;
const serviceAddress = /^(tcp|udp|sctp):\/\//;

/**
 * The values that environment variables give, each named after its key: LANLEDGER_HTTP_PORT. An empty one is as good as
 * absent. Throws `CONFIG_INVALID` where there is no such key: a misspelt variable must not be passed over.
 */
export function environmentValues(environment: NodeJS.ProcessEnv): GivenValue[] {
  const known = new Set(settings.map(({ environmentName }) => environmentName));
  const unknown = Object.keys(environment).find(
    (name) => name.startsWith('LANLEDGER_') && !known.has(name) && !isOfService(name, environment),
  );
  if (unknown !== undefined) throw invalid(unknownVariable(unknown));
  return settings.flatMap((setting) => {
    const name = setting.environmentName;
    const text = environment[name] ?? '';
    return text === '' ? [] : [variableValue(setting, name, fromText(text, setting))];
  });
}

function isOfService(name: string, environment: NodeJS.ProcessEnv): boolean {
  if (name !== 'LANLEDGER_PORT') return serviceVariable.test(name);
  // Somebody may well mean LANLEDGER_HTTP_PORT.
  return serviceAddress.test(environment[name] ?? '');
}

export function variableValue(setting: Setting, name: string, value: unknown): GivenValue {
  return { setting, value, source: `environment ${name}`, name };
}

/** Text that is no number or boolean stays text, so that the check names it. */
export function fromText(text: string, { schema: { type } }: Setting, separator = /,/): unknown {
  if (type === 'integer' && /^-?\d+$/.test(text)) return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  if (type === 'array') return text.split(separator).flatMap((item) => item.trim() || []);
  return text;
}
