import { Failure } from './failure.ts';
import { NETWORK, type Target } from './ledger.ts';

/** Whether a target is among the chosen ones. */
export type Selection = (target: Target) => boolean;

/** Chosen by id, MAC address, name or address; where nothing is chosen, every device that is not hidden. */
export function createSelection(references: readonly string[] | undefined): Selection {
  const chosen = new Set(references?.map(normalised).filter((reference) => reference !== ''));
  if (chosen.size === 0) return (target) => target.kind === 'device' && !target.hidden;
  return (target) => namesOf(target).some((name) => chosen.has(normalised(name)));
}

/**
 * How a message names devices: one or a list of texts, or of objects with an `id` or `mac` such as table rows and what
 * the nodes send as `msg.device`. Undefined where it names none. Throws a `Failure` where something else is there.
 */
export function referencesIn(value: unknown): string[] | undefined {
  const references = [value].flat().flatMap((each: unknown) => {
    if (each === undefined || each === null || each === '') return [];
    const { id, mac } = typeof each === 'object' ? (each as Named) : {};
    const reference = id ?? mac ?? each;
    if (typeof reference === 'string') return reference.trim() === '' ? [] : [reference];
    const sentence = `${JSON.stringify(each)} is no device: use an id, a name, or an object with an id.`;
    throw new Failure('DEVICE_INVALID', sentence);
  });
  return references.length === 0 ? undefined : references;
}

interface Named {
  id?: unknown;
  mac?: unknown;
}

function namesOf(target: Target): string[] {
  if (target.kind === 'network') return [NETWORK];
  if (target.kind === 'group') return [target.id, target.name];
  return [target.id, target.mac ?? target.id, target.name, ...target.addresses];
}

function normalised(reference: string): string {
  return reference.trim().toLowerCase();
}
