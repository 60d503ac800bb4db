import { ControlledDaemon } from './control.ts';

export const now = Date.parse('2026-11-20T09:00:00Z');
export const phone = '3c5282000001';
export const tablet = '3c5282000002';

/** Two devices with usage today. */
export function home(): ControlledDaemon {
  return new ControlledDaemon().add(
    { device: phone, at: now, download: 1000, packets: 1, peers: { '203.0.113.5': [700, 0] } },
    { device: tablet, at: now, download: 30, upload: 4, packets: 2 },
  );
}

export function restarted(daemon: ControlledDaemon): ControlledDaemon {
  daemon.store.close();
  return new ControlledDaemon(daemon.path);
}
