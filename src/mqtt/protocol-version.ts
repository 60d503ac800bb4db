/** Versions of the MQTT protocol, as CONNECT numbers them: 4 is 3.1.1. */
export type ProtocolVersion = 4 | 5;

/**
 * Which version to speak to one broker: 5 first, then 3.1.1 where that is refused, and what was refused is remembered.
 * A broker that hangs up without a word may not know MQTT 5, or may only be about to start behind a proxy: then 3.1.1 is
 * tried once, and the next connection begins with 5 again.
 */
export interface ProtocolChoice {
  readonly version: ProtocolVersion;
  /** A connection stands. */
  worked(): void;
  /** The broker said that it does not speak this version. */
  refused(): void;
  /** The broker hung up before it said anything. */
  hungUp(): void;
  /** A connection that stood is lost. */
  lost(): void;
}

export function createProtocolChoice(): ProtocolChoice {
  let isFiveRefused = false;
  let hasFiveWorked = false;
  let version: ProtocolVersion = 5;
  return {
    get version() {
      return version;
    },
    worked() {
      hasFiveWorked = version === 5;
    },
    refused() {
      isFiveRefused = version === 5;
      version = isFiveRefused ? 4 : 5;
    },
    hungUp() {
      if (isFiveRefused || hasFiveWorked) return;
      version = version === 5 ? 4 : 5;
    },
    lost() {
      if (!isFiveRefused) version = 5;
    },
  };
}

/** For people and for health. */
export function protocolName(version: ProtocolVersion): '5' | '3.1.1' {
  return version === 5 ? '5' : '3.1.1';
}
