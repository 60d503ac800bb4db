import type { HostAddress } from './address-scope.ts';

/** An address to look up; local ones are asked for even where remote ones are not. */
export interface LookupTarget extends HostAddress {
  isLocal: boolean;
}

/** Addresses that wait for their lookup, up to a limit. Those that failed before come last, and one at a time. */
export class LookupQueue {
  private readonly limit: number;
  private readonly fresh = new Map<string, LookupTarget>();
  private readonly failedBefore = new Map<string, LookupTarget>();
  /** The one of those that runs. */
  private retrying: string | undefined;

  constructor(limit: number) {
    this.limit = limit;
  }

  add(target: LookupTarget, failedBefore: boolean): void {
    const { ip } = target;
    if (this.fresh.has(ip) || this.failedBefore.has(ip)) return;
    if (this.fresh.size + this.failedBefore.size >= this.limit) return;
    (failedBefore ? this.failedBefore : this.fresh).set(ip, target);
  }

  /** The one to look up next; those that are not wanted any more are forgotten. */
  next(isWanted: (target: LookupTarget) => boolean): LookupTarget | undefined {
    const target = takeFirst(this.fresh, isWanted);
    if (target !== undefined || this.retrying !== undefined) return target;
    const again = takeFirst(this.failedBefore, isWanted);
    this.retrying = again?.ip;
    return again;
  }

  finished(ip: string): void {
    if (this.retrying === ip) this.retrying = undefined;
  }

  clear(): void {
    this.fresh.clear();
    this.failedBefore.clear();
  }
}

function takeFirst(
  targets: Map<string, LookupTarget>,
  isWanted: (target: LookupTarget) => boolean,
): LookupTarget | undefined {
  for (const [ip, target] of targets) {
    targets.delete(ip);
    if (isWanted(target)) return target;
  }
  return undefined;
}
