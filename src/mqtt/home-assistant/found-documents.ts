/** A document of ours that the broker has retained. */
export interface FoundDocument {
  payload: string;
  /** Platforms of its components, by key. */
  platforms: Map<string, string>;
}

/** Platforms that documents of any version of ours may name; Home Assistant refuses a document with another. */
const platformsEver = new Set([
  'binary_sensor',
  'button',
  'device_tracker',
  'event',
  'number',
  'select',
  'sensor',
  'switch',
  'text',
  'update',
]);

interface Parsed {
  avty_t?: unknown;
  cmps?: Record<string, { p?: unknown } | null> | null;
}

/** Undefined where the document is not ours: it goes by another status topic, or is none at all. */
export function readDocument(payload: string, statusTopic: string): FoundDocument | undefined {
  let parsed: Parsed | null;
  try {
    parsed = JSON.parse(payload) as Parsed | null;
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed?.avty_t !== statusTopic) return undefined;
  const platforms = new Map<string, string>();
  for (const [key, component] of Object.entries(parsed.cmps ?? {})) {
    const platform = component?.p;
    if (typeof platform !== 'string' || !platformsEver.has(platform)) continue;
    if (/^[a-zA-Z0-9_-]+$/.test(key)) platforms.set(key, platform);
  }
  return { payload, platforms };
}

/**
 * What has to be published before a document so that Home Assistant removes the entities that are no longer in it: the
 * document with those reduced to their platform. Undefined where there are none.
 */
export function withoutOldEntities(
  document: string,
  { platforms }: FoundDocument,
): string | undefined {
  const { cmps, ...rest } = JSON.parse(document) as { cmps: Record<string, { p: string }> };
  const old = [...platforms].filter(([key, platform]) => cmps[key]?.p !== platform);
  if (old.length === 0) return undefined;
  const reduced = old.map(([key, platform]) => [key, { p: platform }] as const);
  return JSON.stringify({ ...rest, cmps: { ...cmps, ...Object.fromEntries(reduced) } });
}
