import { computed, signal } from '@preact/signals';
import { theme } from '../state/preferences.ts';

const seriesNumbers = [1, 2, 3, 4, 5, 6, 7, 8];

/** The theme's colours as canvases take them. */
export interface Palette {
  muted: string;
  line: string;
  surface: string;
  download: string;
  upload: string;
  /** For all that is not told apart. */
  other: string;
  /** For devices and other series, in this order. */
  series: readonly string[];
}

const dark = matchMedia('(prefers-color-scheme: dark)');
const systemIsDark = signal(dark.matches);
dark.addEventListener('change', ({ matches }) => {
  systemIsDark.value = matches;
});

export const palette = computed<Palette>(() => {
  // Both decide what the browser answers below.
  void [theme.value, systemIsDark.value];
  const probe = document.createElement('span');
  document.body.append(probe);
  const resolve = (name: string) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const colors: Palette = {
    muted: resolve('muted'),
    line: resolve('line'),
    surface: resolve('surface'),
    download: resolve('download'),
    upload: resolve('upload'),
    other: resolve('series-other'),
    series: seriesNumbers.map((number) => resolve(`series-${number}`)),
  };
  probe.remove();
  return colors;
});

/** A colour of the palette that lets through what is behind it; `opacity` from 0 to 1. */
export function faded(color: string, opacity: number): string {
  return color.replace('rgb(', 'rgba(').replace(')', `, ${opacity})`);
}
