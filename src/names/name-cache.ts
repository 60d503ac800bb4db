/** Names of addresses for a while; the one asked for longest ago gives way. */
export class NameCache {
  private readonly entries = new Map<string, NameEntry>();
  private readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  get(ip: string): NameEntry | undefined {
    const entry = this.entries.get(ip);
    if (entry === undefined) return undefined;
    this.entries.delete(ip);
    this.entries.set(ip, entry);
    return entry;
  }

  set(ip: string, entry: NameEntry): void {
    this.entries.delete(ip);
    this.entries.set(ip, entry);
    if (this.entries.size <= this.limit) return;
    const [oldest] = this.entries.keys();
    if (oldest !== undefined) this.entries.delete(oldest);
  }

  clear(): void {
    this.entries.clear();
  }
}

export interface NameEntry {
  /** Absent: there was none. */
  name: string | undefined;
  /** Monotonic ms from which on to ask again. */
  askAgainAtMs: number;
  /** The last lookup had no result. */
  failed: boolean;
}
