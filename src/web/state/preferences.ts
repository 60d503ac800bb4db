import { effect, signal, type Signal } from '@preact/signals';

export type Theme = 'auto' | 'light' | 'dark';
export type ByteUnits = 'decimal' | 'binary';

/** What the user chose in this browser. */
export const theme = remembered('theme', 'auto', isOneOf<Theme>('auto', 'light', 'dark'));
export const byteUnits = remembered('units', 'decimal', isOneOf<ByteUnits>('decimal', 'binary'));

/** Tells values that may be remembered from others. */
export type Check<Value> = (kept: unknown) => kept is Value;

/** A signal that this browser keeps. `initial` stands where nothing was kept, or what another version left behind. */
export function remembered<Value>(
  name: string,
  initial: Value,
  isValid: Check<Value>,
): Signal<Value> {
  const key = `lanledger.${name}`;
  const value = signal(read(key, isValid) ?? initial);
  effect(() => {
    const text = JSON.stringify(value.value);
    try {
      localStorage.setItem(key, text);
    } catch {
      // A browser that keeps nothing still shows everything.
    }
  });
  return value;
}

export function isOneOf<Value>(...values: readonly Value[]): Check<Value> {
  return (kept): kept is Value => values.some((each) => each === kept);
}

function read<Value>(key: string, isValid: Check<Value>): Value | undefined {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? 'null');
    return isValid(kept) ? kept : undefined;
  } catch {
    return undefined;
  }
}

effect(() => {
  document.documentElement.dataset['theme'] = theme.value;
});
