import { unitsOfBytes } from './bytes.ts';

/** A unit in which amounts are typed. */
export interface Unit {
  name: string;
  bytes: number;
}

/** The units to type amounts in, smallest first, as the user likes them. */
export function amountUnits(): Unit[] {
  const { names, step } = unitsOfBytes();
  return names.slice(1, 5).map((name, at) => ({ name, bytes: step ** (at + 1) }));
}

/** An amount and its unit as they are typed: the largest unit of which there is at least one. */
export function typedAmount(bytes: number): { amount: string; unit: string } {
  const units = amountUnits();
  const fitting = units.findLast((unit) => bytes >= unit.bytes) ?? units[0];
  if (fitting === undefined) return { amount: String(bytes), unit: '' };
  return { amount: String(Number((bytes / fitting.bytes).toFixed(3))), unit: fitting.name };
}

/** Bytes of what was typed; undefined where that is no amount above zero. */
export function bytesOf(amount: string, unit: string): number | undefined {
  const size = amountUnits().find(({ name }) => name === unit)?.bytes;
  const bytes = Math.round(Number(amount) * (size ?? Number.NaN));
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : undefined;
}
