import { InvalidField } from '../base/errors.ts';
import type { Checkpoint, LimitMark, MarkedLimit } from '../model/checkpoint.ts';
import { limitKey, type Limit, type LimitId } from '../model/limit.ts';

/** Far beyond any home. */
const LIMITS_LIMIT = 1_000;

/** All limits, by key. */
export class LimitTable {
  private readonly limits: Map<string, MarkedLimit>;
  private readonly changed = new Map<string, LimitId>();
  /** Whose limits these are; undefined where that has changed since it was asked for. */
  private targets: ReadonlySet<string> | undefined;

  /** `limits`: those of earlier runs. */
  constructor(limits: readonly MarkedLimit[]) {
    this.limits = new Map(limits.map((limit) => [limitKey(limit), limit]));
  }

  all(): Iterable<MarkedLimit> {
    return this.limits.values();
  }

  get(key: string): MarkedLimit | undefined {
    return this.limits.get(key);
  }

  isTarget(id: string): boolean {
    this.targets ??= new Set(Array.from(this.all(), ({ target }) => target));
    return this.targets.has(id);
  }

  /** Sets a limit, which is judged anew; false where it was the same before. Throws `InvalidField` where there are too many. */
  put(limit: Limit): boolean {
    const key = limitKey(limit);
    const before = this.limits.get(key);
    if (before?.bytes === limit.bytes && before.warningPercent === limit.warningPercent) {
      return false;
    }
    if (before === undefined && this.limits.size >= LIMITS_LIMIT) {
      throw new InvalidField('target', `has no room for limit ${LIMITS_LIMIT + 1}: remove another`);
    }
    this.limits.set(key, { ...limit });
    this.targets = undefined;
    this.changed.set(key, limit);
    return true;
  }

  /** Keeps what was raised; undefined: nothing. */
  mark(key: string, mark: LimitMark | undefined): void {
    const limit = this.limits.get(key);
    if (limit === undefined) return;
    const before = limit.mark;
    if (before?.from === mark?.from && before?.level === mark?.level) return;
    if (mark === undefined) delete limit.mark;
    else limit.mark = mark;
    this.changed.set(key, limit);
  }

  /** Removes a limit; undefined where there is none. */
  remove(id: LimitId): MarkedLimit | undefined {
    const key = limitKey(id);
    const limit = this.limits.get(key);
    if (limit === undefined) return undefined;
    this.limits.delete(key);
    this.targets = undefined;
    this.changed.set(key, limit);
    return limit;
  }

  /** Makes the limits of one target another's, as far as that has none of its own, with what was raised. */
  move(from: string, into: string): void {
    if (!this.isTarget(from)) return;
    for (const limit of this.all()) {
      const moved = { ...limit, target: into };
      const key = limitKey(moved);
      if (limit.target !== from || this.limits.has(key)) continue;
      this.remove(limit);
      this.limits.set(key, moved);
      this.targets = undefined;
      this.changed.set(key, moved);
    }
  }

  /** Removes the limits of a target that is gone. */
  removeOf(target: string): MarkedLimit[] {
    if (!this.isTarget(target)) return [];
    const gone = [...this.all()].filter((limit) => limit.target === target);
    for (const limit of gone) this.remove(limit);
    return gone;
  }

  /** What is new, changed or removed since the last `commit`. */
  changes(): Checkpoint['limits'] {
    return [...this.changed].map(([key, { target, period, direction }]) => ({
      id: { target, period, direction },
      limit: this.limits.get(key) ?? null,
    }));
  }

  commit(): void {
    this.changed.clear();
  }
}
