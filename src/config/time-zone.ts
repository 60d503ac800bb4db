/** Whether `Intl` knows an IANA time zone of that name. */
export function isTimeZone(text: string): boolean {
  try {
    Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

/** What is wrong with an environment variable TZ that holds no time zone. */
export function noTimeZone(text: string): string {
  return `TZ is "${text}", which is no time zone, so days begin in UTC: set it, or timeZone, to a name such as Europe/Berlin.`;
}
