import { effect, signal, type Signal } from '@preact/signals';

export type Theme = 'auto' | 'light' | 'dark';
export type ByteUnits = 'decimal' | 'binary';

/** What the user chose in this browser. */
export const theme = remembered<Theme>('theme', 'auto');
export const byteUnits = remembered<ByteUnits>('units', 'decimal');

/** A signal that this browser keeps. `initial` stands where nothing, or something unreadable, was kept. */
export function remembered<Value>(name: string, initial: Value): Signal<Value> {
  const key = `lanledger.${name}`;
  const value = signal(read(key, initial));
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

function read<Value>(key: string, initial: Value): Value {
  try {
    const text = localStorage.getItem(key);
    return text === null ? initial : (JSON.parse(text) as Value);
  } catch {
    return initial;
  }
}

effect(() => {
  document.documentElement.dataset['theme'] = theme.value;
});
