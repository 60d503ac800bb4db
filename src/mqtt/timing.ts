/** How long things take. */
export interface Timing {
  /** Bounds of the wait between two attempts. */
  firstRetryMs: number;
  longestRetryMs: number;
  /** The same after a refusal that people must mend, such as a wrong password: some brokers lock out who tries often. */
  firstRefusedRetryMs: number;
  longestRefusedRetryMs: number;
  /** For the way from the first packet to CONNACK. */
  connectMs: number;
  /** A connection on which nothing comes back for one and a half of this is given up. */
  keepaliveSeconds: number;
  /** A broker that acknowledges nothing for this long is given up. */
  acknowledgeMs: number;
  /** How long a lost connection may be away before the broker says so, with MQTT 5. */
  willDelaySeconds: number;
  /** How long a new connection listens for retained topics of devices that are gone. */
  orphansMs: number;
  /** Between two documents for one topic of Home Assistant's, which needs some seconds to take one up. */
  documentPauseMs: number;
  /** The longest wait until documents are sent again because Home Assistant has started; half of it at least. */
  birthMs: number;
  /** The longest a stop may take. */
  stopMs: number;
}

export const usualTiming: Timing = {
  firstRetryMs: 1_000,
  longestRetryMs: 10_000,
  firstRefusedRetryMs: 15_000,
  longestRefusedRetryMs: 300_000,
  connectMs: 10_000,
  keepaliveSeconds: 30,
  acknowledgeMs: 30_000,
  willDelaySeconds: 5,
  orphansMs: 2_000,
  documentPauseMs: 5_000,
  birthMs: 10_000,
  stopMs: 500,
};
