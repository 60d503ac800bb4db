import type { Request } from 'express';
import { parseDay, type Day } from '../model/checkpoint.ts';
import { BadParameter } from './problem.ts';

/** The query parameters named, each as text or absent. Throws `BadParameter` for one that is given more than once. */
export function parametersOf<Name extends string>(
  request: Request,
  names: readonly Name[],
): Partial<Record<Name, string>> {
  const found: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const value: unknown = request.query[name];
    if (value === undefined) continue;
    if (typeof value !== 'string') throw new BadParameter(name, 'is given more than once');
    found[name] = value;
  }
  return found;
}

/** Throws `BadParameter` for a query parameter that is none of `names`. */
export function refuseOthers(request: Request, names: readonly string[]): void {
  const unknown = Object.keys(request.query).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  const known = names.length === 0 ? ' here' : `; there are ${names.join(', ')}`;
  throw new BadParameter(shorten(unknown), `is not a parameter${known}`);
}

/** A day `YYYY-MM-DD`, `otherwise` where the parameter is absent. */
export function dayOf(field: string, text: string | undefined, otherwise: Day): Day {
  if (text === undefined) return otherwise;
  const day = parseDay(text);
  if (day !== undefined) return day;
  throw new BadParameter(field, `is not a calendar day such as 2026-11-20`);
}

/** Number of days from one local day to another, both included; negative or zero where `to` is earlier. */
export function daysBetween(from: Day, to: Day): number {
  return Math.round((calendarTime(to) - calendarTime(from)) / 86_400_000) + 1;
}

/** The day that many days before. */
export function dayBefore(day: Day, days: number): Day {
  const date = new Date(calendarTime(day) - days * 86_400_000);
  return date.getUTCFullYear() * 10_000 + (date.getUTCMonth() + 1) * 100 + date.getUTCDate();
}

/** A day as if it were a day in UTC, epoch ms: for counting days only. */
function calendarTime(day: Day): number {
  return Date.UTC(Math.floor(day / 10_000), (Math.floor(day / 100) % 100) - 1, day % 100);
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}
