import type { FlowOptions } from './flow.ts';
import type { ServedDaemon } from './served-daemon.ts';

/** Opens a way to a daemon; the token may write. */
export type Way = (daemon: ServedDaemon) => Promise<FlowOptions>;

export const overMqtt: Way = async (daemon) => ({ brokerPort: (await daemon.publish()).port });

export const overHttp: Way = async (daemon) => ({
  url: (await daemon.serve()).url,
  token: daemon.tokens['admin'] ?? '',
});

export const overBoth: Way = async (daemon) => ({
  ...(await overMqtt(daemon)),
  ...(await overHttp(daemon)),
});

/** For `test.each`. */
export const eachWay: [name: string, open: Way][] = [
  ['MQTT', overMqtt],
  ['HTTP', overHttp],
  ['both', overBoth],
];
