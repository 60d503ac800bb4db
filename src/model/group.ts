/** Several devices that belong together: a person's, a room's. A device may be in several groups. */
export interface Group {
  /** Never changes: `g1`, `g2`, ... */
  id: string;
  name: string;
  /** A Material Design icon such as `mdi:account`. */
  icon?: string;
  /** Device ids. */
  devices: string[];
}
