/** A time zone in which it is about so many hours now. */
function zoneAt(hour: number): string {
  // From 12 hours west of Greenwich to 11 hours east.
  const east = ((hour - new Date().getUTCHours() + 36) % 24) - 12;
  return `Etc/GMT${east > 0 ? '-' : '+'}${Math.abs(east)}`;
}

/** No day begins or ends during a test. */
export const noonZone = zoneAt(12);
/** Nor here, and a household is at home: the made-up one then has traffic whenever the tests run. */
export const eveningZone = zoneAt(20);
