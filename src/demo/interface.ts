/** What the interface is called that a made-up household is seen on. In a file of its own: every daemon loads it. */
export const DEMO_INTERFACE = 'demo';
