const east = 12 - new Date().getUTCHours();

/** A time zone in which it is about noon, so that no day begins or ends during a test. */
export const noonZone = `Etc/GMT${east > 0 ? '-' : '+'}${Math.abs(east)}`;
