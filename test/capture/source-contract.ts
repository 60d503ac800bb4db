import { describe, expect, onTestFinished, test } from 'vitest';
import type { CaptureSource } from '../../src/capture/source.ts';
import { linkTypes, type Frame } from '../../src/model/traffic.ts';

/** A fresh source and the frames it can be made to give. */
export interface SourceSubject {
  source: CaptureSource;
  /** Makes the expected frames arrive, and resolves when they have. Called at most once, after `start`. */
  feed: () => Promise<void>;
  /** Bytes of those frames as they are captured, in order. */
  expected: readonly Uint8Array[];
  /** Frames arrive by themselves, others too: `stop` must deliver all that arrived before it, and foreign frames are passed over. */
  live?: boolean;
}

/** Checks what `src/capture/source.ts` promises. `makeSource` is called once for each test. */
export function sourceContract(
  name: string,
  makeSource: () => SourceSubject | Promise<SourceSubject>,
): void {
  const open = async () => {
    const subject = await makeSource();
    onTestFinished(() => subject.source.stop());
    return { ...subject, sink: new RecordingSink(subject) };
  };

  describe(`${name} keeps the contract of capture sources`, () => {
    test('frames reach the sink one by one, in order, with all their bytes', async () => {
      const { source, feed, expected, sink } = await open();
      await source.start(sink.take);
      await feed();
      // A source that ends too early must fail here, not time out.
      await Promise.race([sink.complete, source.ended]);
      expect(sink.expectedFrames()).toEqual(expected.map(toHex));
    });

    test('every frame lies in its memory and makes sense', async () => {
      const { source, feed, expected, sink } = await open();
      await source.start(sink.take);
      await feed();
      await Promise.race([sink.complete, source.ended]);
      expect(sink.problems).toEqual([]);
      expect(sink.frames.length).toBeGreaterThanOrEqual(expected.length);
    });

    test('counters add up', async () => {
      const { source, feed, live, sink } = await open();
      await source.start(sink.take);
      await feed();
      await Promise.race([sink.complete, source.ended]);
      await source.stop();
      const counters = source.counters();
      const received = counters.reduce((sum, counter) => sum + counter.received, 0);
      expect(counters.length).toBeGreaterThan(0);
      expect(counters.filter((counter) => counter.name === '')).toEqual([]);
      expect(counters.filter((counter) => !isCount(counter.dropped))).toEqual([]);
      // Between the last frame and the end of capture the kernel may count more of other people's.
      if (live === true) expect(received).toBeGreaterThanOrEqual(sink.frames.length);
      else expect(received).toBe(sink.frames.length);
    });

    test('stop delivers what has arrived, and nothing comes after it', async () => {
      const { source, feed, expected, live, sink } = await open();
      await source.start(sink.take);
      await feed();
      await source.stop();
      await source.ended;
      const frames = sink.expectedFrames();
      const delivered = sink.frames.length;
      if (live === true) expect(frames).toEqual(expected.map(toHex));
      else expect(frames).toEqual(expected.slice(0, frames.length).map(toHex));
      await turns(10);
      expect(sink.frames.length).toBe(delivered);
    });

    test('stop is harmless twice, at the same time and afterwards, and ends the source', async () => {
      const { source, sink } = await open();
      await source.start(sink.take);
      await Promise.all([source.stop(), source.stop()]);
      await source.ended;
      await source.stop();
      expect(source.counters().length).toBeGreaterThan(0);
    });

    test('a source that was never started can be stopped', async () => {
      const { source } = await open();
      await source.stop();
      await source.ended;
      await source.stop();
    });
  });
}

const knownLinkTypes: ReadonlySet<number> = new Set(Object.values(linkTypes));

/** Copies every frame and notes what is wrong with it. */
class RecordingSink {
  readonly frames: string[] = [];
  readonly problems: string[] = [];
  /** Resolves when every expected frame has come. */
  readonly complete: Promise<void>;
  private readonly expected: Set<string>;
  private readonly live: boolean;
  private missing: number;
  private resolve: () => void = () => {};
  private busy = false;

  constructor(subject: SourceSubject) {
    this.expected = new Set(subject.expected.map(toHex));
    this.live = subject.live === true;
    this.missing = subject.expected.length;
    this.complete = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  readonly take = (frame: Frame): void => {
    if (this.busy) this.problems.push('the sink was called while it was busy');
    this.busy = true;
    this.problems.push(...problemsOf(frame));
    const start = frame.view.byteOffset + frame.offset;
    const bytes = toHex(new Uint8Array(frame.view.buffer, start, frame.capturedBytes));
    this.frames.push(bytes);
    if (this.expected.has(bytes) && --this.missing === 0) this.resolve();
    this.busy = false;
  };

  expectedFrames(): string[] {
    return this.live ? this.frames.filter((bytes) => this.expected.has(bytes)) : this.frames;
  }
}

function problemsOf(frame: Frame): string[] {
  const { view, offset, capturedBytes, wireBytes, linkType, seconds, segmentBytes } = frame;
  const checks: [string, boolean][] = [
    ['offset', isCount(offset)],
    ['capturedBytes', isCount(capturedBytes)],
    ['end of the frame', offset + capturedBytes <= view.byteLength],
    ['wireBytes', isCount(wireBytes) && (wireBytes === 0 || wireBytes >= capturedBytes)],
    ['linkType', knownLinkTypes.has(linkType)],
    ['seconds', isCount(seconds)],
    ['segmentBytes', isCount(segmentBytes)],
  ];
  return checks.filter(([, right]) => !right).map(([what]) => what);
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

async function turns(count: number): Promise<void> {
  if (count === 0) return;
  await new Promise((resolve) => setImmediate(resolve));
  await turns(count - 1);
}
