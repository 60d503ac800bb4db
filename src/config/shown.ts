import type { SettingSchema } from './settings.ts';

const MASK = '********';

/** A value as people may see it: no secret, and no account in a URL. */
export function shown(value: unknown, { writeOnly }: Pick<SettingSchema, 'writeOnly'>): unknown {
  if (writeOnly === true) return value === '' ? '' : MASK;
  if (Array.isArray(value)) return value.map((item) => shown(item, {}));
  return typeof value === 'string' ? withoutAccount(value) : value;
}

/** Up to the last @: a password may hold one, too. */
function withoutAccount(text: string): string {
  return text.replace(/\/\/.*@/s, '//');
}
