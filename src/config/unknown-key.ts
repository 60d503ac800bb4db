import { distance } from 'fastest-levenshtein';
import { sections, settings } from './settings.ts';

const PREFIX = 'LANLEDGER_';

/** The sentence for a key that does not exist, with the right one where that can be guessed. */
export function unknownKey(section: string, name: string): string {
  const key = section === '' ? name : `${section}.${name}`;
  const known = [...sections, ...settings.map((setting) => setting.key)];
  if (known.includes(key)) {
    const nested = key.split('.').reduceRight((inner, part) => `{ ${part}: ${inner} }`, '...');
    return `Unknown key "${key}": write it in sections, ${nested.slice(2, -2)}.`;
  }
  const likely = likelyNames(key, name, known, '.');
  if (likely.length > 0) return `Unknown key ${key}: did you mean ${alternatives(likely)}?`;
  return `Unknown key ${key}: use ${alternatives(keysOf(section))}.`;
}

/** The same for an environment variable that starts with LANLEDGER_. */
export function unknownVariable(variable: string): string {
  const known = settings.map(({ environmentName }) => environmentName);
  const name = variable.slice(PREFIX.length);
  const likely = likelyNames(variable, name, known, '_');
  const unknown = `Unknown environment variable ${variable}`;
  if (likely.length > 0) return `${unknown}: did you mean ${alternatives(likely)}?`;
  const section = `${PREFIX}${name.split('_', 1)[0]}_`;
  const siblings = known.filter((other) => other.startsWith(section));
  if (siblings.length > 0) return `${unknown}: use ${alternatives(siblings)}.`;
  return `${unknown}: remove it, or name a key that "lanledger config" lists (http.port is LANLEDGER_HTTP_PORT).`;
}

/** `a`, `a or b`, `a, b or c` */
export function alternatives(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} or ${last}`;
}

/** What differs in case only; else the same name deeper in the section, or anywhere; else what is written nearly so. */
function likelyNames(
  unknown: string,
  name: string,
  known: readonly string[],
  separator: string,
): string[] {
  const distances = known.map((other) => distance(unknown.toLowerCase(), other.toLowerCase()));
  const least = Math.min(...distances);
  const nearest = known.filter((_, at) => distances[at] === least);
  if (least === 0) return nearest;
  const ending = separator + name.toLowerCase();
  const elsewhere = known.filter((other) => other.toLowerCase().endsWith(ending));
  const deeper = elsewhere.filter((other) => other.startsWith(unknown.slice(0, -name.length)));
  const same = deeper.length > 0 ? deeper : elsewhere;
  if (same.length > 0) return same.toSorted((a, b) => a.length - b.length);
  return least <= Math.ceil(name.length / 3) ? nearest.slice(0, 3) : [];
}

/** The keys and sections right below a section. */
function keysOf(section: string): string[] {
  const depth = section === '' ? 0 : section.split('.').length;
  const inside = settings.filter(({ path }) => path.slice(0, depth).join('.') === section);
  return [...new Set(inside.map(({ path }) => path.slice(0, depth + 1).join('.')))];
}
