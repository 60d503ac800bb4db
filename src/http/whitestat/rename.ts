import { readFileSync } from 'node:fs';
import { InvalidField } from '../../base/errors.ts';
import { createValidator } from '../../base/validator.ts';

/** What WhiteStat's page sends: `WhiteStatRename` of model/schemas.json. */
interface RenameRequest {
  ip?: string | null;
  mac?: string | null;
  name: string;
  local?: number | boolean | string | null;
}

/** The command that does it, and its input. */
export interface Renaming {
  command: 'device/rename' | 'peer/rename';
  input: { device: string; name: string } | { address: string; name: string };
}

const schemas = JSON.parse(
  readFileSync(new URL('../../model/schemas.json', import.meta.url), 'utf8'),
) as object;
const validator = createValidator(schemas);

/** `body`: the parsed JSON of a JSON request, or the text of a form. Throws `InvalidField`. */
export function renamingOf(body: unknown): Renaming {
  const request: unknown = typeof body === 'string' ? parseForm(body) : body;
  validator.check('#/$defs/WhiteStatRename', request);
  const { ip, mac, name, local } = request as RenameRequest;
  if (isRemote(local)) {
    if (!ip) throw new InvalidField('ip', 'is missing');
    return { command: 'peer/rename', input: { address: ip, name } };
  }
  const device = mac || ip;
  if (!device) throw new InvalidField('mac', 'is missing, and so is ip: one of them is needed');
  return { command: 'device/rename', input: { device, name } };
}

function isRemote(local: RenameRequest['local']): boolean {
  return local === 0 || local === '0' || local === false || local === 'false';
}

/**
 * WhiteStat's page sends the JSON text as it is and calls it a form; what encodes forms properly sends it as the name of a
 * field without a value. Percent signs and plus signs of the first kind are part of the text, so it is tried first.
 */
function parseForm(text: string): unknown {
  for (const read of [asItIs, asWhole, asFirstField]) {
    try {
      return JSON.parse(read(text)) as unknown;
    } catch {
      // Not this kind.
    }
  }
  throw new InvalidField(
    'The body',
    'is not JSON such as {"mac":"02:00:00:00:01:01","name":"Tablet"}',
  );
}

function asItIs(text: string): string {
  return text;
}

/** With `&` and `=` that were not encoded. */
function asWhole(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}

function asFirstField(text: string): string {
  return [...new URLSearchParams(text).keys()][0] ?? '';
}
