/** A moment on the calendar and the clock of one time zone. */
export interface LocalTime {
  /** As a number, 20261120. */
  day: number;
  /** `HH:MM:SS` */
  time: string;
}

/** Returns a function that tells the local time of a moment (epoch ms); make it once for many moments. */
export function createLocalTime(timeZone: string): (at: number) => LocalTime {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  return (at) => {
    const parts: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
    for (const { type, value } of format.formatToParts(at)) parts[type] = value;
    return {
      day: Number(parts.year) * 10_000 + Number(parts.month) * 100 + Number(parts.day),
      time: `${parts.hour}:${parts.minute}:${parts.second}`,
    };
  };
}
