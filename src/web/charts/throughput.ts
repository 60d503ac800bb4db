import type { Sample } from '../state/sample.ts';

export interface Point {
  /** Seconds before the latest sample, so 0 or less. */
  x: number;
  /** Bytes per second; NaN breaks the line. */
  y: number;
}

/** Samples further apart have a gap between them: the page was asleep or the daemon away. */
const gapMs = 5_000;
const barMs = 10_000;

/** The lines of a chart: download upwards, upload downwards. */
export function linesOf(samples: readonly Sample[]): { download: Point[]; upload: Point[] } {
  const latest = samples.at(-1)?.at ?? 0;
  const download: Point[] = [];
  const upload: Point[] = [];
  let before: number | undefined;
  for (const sample of samples) {
    // Taken before the daemon's clock was put back.
    if (sample.at > latest) continue;
    const x = (sample.at - latest) / 1_000;
    if (before !== undefined && sample.at - before > gapMs) {
      download.push({ x, y: Number.NaN });
      upload.push({ x, y: Number.NaN });
    }
    download.push({ x, y: sample.download });
    upload.push({ x, y: -sample.upload });
    before = sample.at;
  }
  return { download, upload };
}

export interface Axis {
  min: number;
  max: number;
  /** Where its lines are. */
  steps: number[];
}

/** An axis on which all samples have their place, with round steps: it stays as it is for as long as they fit. */
export function axisOf(samples: readonly Sample[]): Axis {
  const download = Math.max(1_000, ...samples.map((sample) => sample.download));
  const upload = Math.max(0, ...samples.map((sample) => sample.upload));
  const step = roundUp(Math.max(download, upload) / 3);
  const min = -wholeSteps(upload, step / 2);
  const max = wholeSteps(download, step);
  const below = Math.floor(-min / step);
  const count = below + 1 + Math.round(max / step);
  return { min, max, steps: Array.from({ length: count }, (_, at) => (at - below) * step) };
}

/** The least multiple of `step`, and at least one, with a little room above `value`. */
function wholeSteps(value: number, step: number): number {
  return Math.max(1, Math.ceil((value * 1.02) / step)) * step;
}

/** 1, 2 or 5 times a power of ten. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 2, 5].find((each) => each * power >= value) ?? 10;
  return factor * power;
}

/** How many seconds to show: one minute at first, then as many whole minutes as there are samples of, at most five. */
export function windowOf(samples: readonly Sample[]): number {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined) return 60;
  const minutes = Math.ceil((last.at - first.at) / 60_000);
  return 60 * Math.min(5, Math.max(1, minutes));
}

/** Means of ten seconds, latest first; `at` is their beginning. */
export function meansOf(samples: readonly Sample[]): Sample[] {
  const bars = new Map<number, Sample[]>();
  for (const sample of samples) {
    const at = Math.floor(sample.at / barMs) * barMs;
    bars.set(at, [...(bars.get(at) ?? []), sample]);
  }
  const mean = (values: number[]) => values.reduce((sum, each) => sum + each, 0) / values.length;
  return [...bars]
    .map(([at, each]) => ({
      at,
      download: mean(each.map(({ download }) => download)),
      upload: mean(each.map(({ upload }) => upload)),
    }))
    .toReversed();
}
