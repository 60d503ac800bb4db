import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Health } from '../model/report.ts';
import type { SendDatagram } from './notify-socket.ts';

/** The service manager that started the daemon (sd_notify(3), systemd.service(5)); nobody, in most cases. */
export interface ServiceManager {
  /** The daemon meters; also after `reloading`. */
  ready(): void;
  /** The configuration is read again, or the daemon begins anew. */
  reloading(): void;
  stopping(): void;
  /**
   * Feeds the watchdog, unless capture is dead. To be called about once a second by what also writes the checkpoints, so that
   * a daemon that hangs there feeds nobody.
   */
  look(health: Pick<Health, 'status'>): void;
}

export interface ServiceManagerOptions {
  environment: NodeJS.ProcessEnv;
  clock: Clock;
  log: Log;
}

/** Finds the service manager by NOTIFY_SOCKET and WATCHDOG_USEC in the environment. */
export async function openServiceManager(options: ServiceManagerOptions): Promise<ServiceManager> {
  const { environment, clock } = options;
  const send = await openSender(options);
  const watchdogMs = send === undefined ? undefined : watchdogPeriod(environment);
  let isReady = false;
  let nextAt = 0;
  return {
    ready() {
      isReady = true;
      send?.('READY=1');
    },
    reloading() {
      isReady = false;
      send?.(`RELOADING=1\nMONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`);
    },
    stopping() {
      send?.('STOPPING=1');
    },
    look({ status }) {
      const now = clock.monotonic();
      if (watchdogMs === undefined || !isReady || status === 'down' || now < nextAt) return;
      send?.('WATCHDOG=1');
      nextAt = now + watchdogMs / 2;
    },
  };
}

/** Undefined where nobody listens. Failures are told once: they must not end a daemon that meters. */
async function openSender({
  environment,
  log,
}: ServiceManagerOptions): Promise<SendDatagram | undefined> {
  const name = environment['NOTIFY_SOCKET'] ?? '';
  if (name === '') return undefined;
  let isTold = false;
  const tell = (error: unknown) => {
    if (!isTold) {
      log.warn(
        `The service manager cannot be told how LanLedger fares (NOTIFY_SOCKET, ${messageOf(error)}).`,
      );
    }
    isTold = true;
  };
  try {
    const { openNotifySocket } = await import('./notify-socket.ts');
    const send = openNotifySocket(name);
    return (text) => {
      try {
        send(text);
      } catch (error) {
        tell(error);
      }
    };
  } catch (error) {
    tell(error);
    return undefined;
  }
}

/** Milliseconds; undefined where no watchdog waits for this process. */
function watchdogPeriod(environment: NodeJS.ProcessEnv): number | undefined {
  const { WATCHDOG_USEC, WATCHDOG_PID } = environment;
  if (WATCHDOG_PID !== undefined && WATCHDOG_PID !== String(process.pid)) return undefined;
  const period = Number(WATCHDOG_USEC) / 1000;
  return period > 0 ? period : undefined;
}
