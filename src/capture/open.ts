import type { Log } from '../base/log.ts';
import type { Config } from '../config/config.ts';
import type { CaptureSource } from './source.ts';

/** Live capture by the configured driver. Drivers are loaded only when they are used: each needs a native package. */
export async function openLiveSource(
  config: Config['capture'] & { interfaces: string[] },
  log: Log,
): Promise<CaptureSource> {
  switch (config.driver) {
    case 'af-packet': {
      const { openAfPacket } = await import('./af-packet/af-packet.ts');
      return openAfPacket(config, log);
    }
    case 'libpcap': {
      const { openLibpcap } = await import('./libpcap.ts');
      return openLibpcap(config, log);
    }
  }
}
