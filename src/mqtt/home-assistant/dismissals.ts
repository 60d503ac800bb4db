import type { Subject } from './documents.ts';

/**
 * What the user removed in Home Assistant, which emptied our document there. It stays removed, over restarts too, until
 * the user gives it another name here, or switches discovery off and on.
 */
export interface Dismissals {
  add(subject: Pick<Subject, 'objectId' | 'name'>): void;
  /** Whether the subject may not be described; a name that the user has given since ends it. */
  has(subject: Pick<Subject, 'objectId' | 'name' | 'isNamedByUser'>): boolean;
  /** Forgets all but these object ids. */
  keep(objectIds: ReadonlySet<string>): void;
  /** Takes up what an earlier run had retained, of any origin. */
  read(payload: string): void;
  /** What to retain; empty where there is nothing. */
  payload(): string;
}

const mostDismissals = 10_000;

export function createDismissals(): Dismissals {
  /** Names at that time, by object id. */
  const names = new Map<string, string>();
  return {
    add({ objectId, name }) {
      if (names.size < mostDismissals) names.set(objectId, name);
    },
    has({ objectId, name, isNamedByUser }) {
      const before = names.get(objectId);
      if (before === undefined) return false;
      if (!isNamedByUser || name === before) return true;
      names.delete(objectId);
      return false;
    },
    keep(objectIds) {
      for (const objectId of names.keys()) if (!objectIds.has(objectId)) names.delete(objectId);
    },
    read(payload) {
      for (const [objectId, name] of entriesOf(payload)) {
        if (typeof name === 'string' && names.size < mostDismissals) names.set(objectId, name);
      }
    },
    payload: () => (names.size === 0 ? '' : JSON.stringify(Object.fromEntries(names))),
  };
}

function entriesOf(payload: string): [string, unknown][] {
  try {
    const parsed = JSON.parse(payload) as unknown;
    return typeof parsed === 'object' && parsed !== null ? Object.entries(parsed) : [];
  } catch {
    return [];
  }
}
