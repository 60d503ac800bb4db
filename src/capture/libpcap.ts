import type cap from 'cap';
import { AppError, messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { InterfaceCounters } from '../model/batch.ts';
import { createFrame, linkTypes, type Frame, type FrameSink } from '../model/traffic.ts';
import { describeInterface, isInterfaceUp } from './interfaces.ts';
import type { CaptureSource } from './source.ts';

export interface LibpcapOptions {
  interfaces: readonly string[];
  /** tcpdump syntax; empty for all frames. */
  filter: string;
  ringMebibytes: number;
}

type CapModule = typeof cap;

/** Whole frames: the package cannot shorten them. */
const FRAME_BYTES = 65_535;
/** The package says nothing when an interface goes down. */
const WATCH_MS = 1000;

/** The package puts every frame into a slot of 64 KiB: less than this is full after a moment. */
const BUFFER_MEBIBYTES = 128;
/** The package still uses a session after it was closed: collected as garbage, it would take the process with it. */
const closedSessions: unknown[] = [];

const linkTypeByName: Record<string, number> = {
  ETHERNET: linkTypes.ethernet,
  NULL: linkTypes.null,
  RAW: linkTypes.raw,
  LINKTYPE_LINUX_SLL: linkTypes.linuxCooked,
};

/**
 * Live capture through libpcap, for systems without AF_PACKET. The package `cap` gives neither timestamps nor lengths on
 * the wire nor drop counts: packets are stamped on arrival and measured by their IP header.
 */
export async function openLibpcap(options: LibpcapOptions, log: Log): Promise<CaptureSource> {
  const module = await loadCap();
  let end: (() => void) | undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const devices = options.interfaces.map(
    (name) => new LibpcapDevice(name, { ...options, cap: module, log }),
  );
  return {
    ended,
    async start(sink) {
      try {
        for (const device of devices) device.start(sink);
      } catch (error) {
        for (const device of devices) device.stop();
        throw error;
      }
    },
    async stop() {
      // Packets that are in the socket already arrive within a turn of the event loop.
      await new Promise((resolve) => setTimeout(resolve, 50));
      for (const device of devices) device.stop();
      end?.();
    },
    counters: () => devices.map((device) => device.counters()),
  };
}

async function loadCap(): Promise<CapModule> {
  try {
    return (await import('cap')).default;
  } catch (error) {
    throw new AppError(
      'CAPTURE_UNSUPPORTED',
      'The driver libpcap needs the package "cap": install libpcap with its headers (Debian: "apt install libpcap-dev"), ' +
        'run "npm install" again, or use capture.driver: af-packet.',
      { cause: error },
    );
  }
}

class LibpcapDevice {
  private readonly name: string;
  private readonly options: LibpcapOptions & { cap: CapModule; log: Log };
  private readonly frame: Frame = createFrame();
  private session: InstanceType<CapModule['Cap']> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private received = 0;

  constructor(name: string, options: LibpcapOptions & { cap: CapModule; log: Log }) {
    this.name = name;
    this.options = options;
  }

  start(sink: FrameSink): void {
    if (isInterfaceUp(this.name)) this.open(sink);
    else this.options.log.warn(`Interface ${this.name} is down or gone: waiting for it.`);
    this.watch(sink);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.closeSession();
  }

  counters(): InterfaceCounters {
    return { name: this.name, up: this.session !== undefined, received: this.received, dropped: 0 };
  }

  private open(sink: FrameSink): void {
    const { cap, filter, ringMebibytes } = this.options;
    const bufferMebibytes = Math.max(ringMebibytes, BUFFER_MEBIBYTES);
    const session = new cap.Cap();
    const buffer = Buffer.alloc(FRAME_BYTES);
    const linkTypeName = this.attempt(() =>
      session.open(this.name, filter, bufferMebibytes * 1024 * 1024, buffer),
    );
    session.setMinBytes?.(0);
    const { frame } = this;
    frame.view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    frame.linkType = linkTypeByName[linkTypeName] ?? describeInterface(this.name).linkType;
    session.on('packet', (bytes: number) => {
      this.received++;
      frame.capturedBytes = bytes;
      frame.seconds = Math.floor(Date.now() / 1000);
      sink(frame);
    });
    this.session = session;
  }

  private closeSession(): void {
    if (this.session === undefined) return;
    this.session.close();
    closedSessions.push(this.session);
    this.session = undefined;
  }

  private attempt(open: () => string): string {
    try {
      return open();
    } catch (error) {
      const text = messageOf(error);
      if (/permi|not permitted|privilege/i.test(text)) {
        throw new AppError(
          'CAPTURE_PERMISSION',
          `Capturing on ${this.name} is not permitted (${text}): start LanLedger as root or with CAP_NET_RAW.`,
          { cause: error },
        );
      }
      const isFilter = /syntax|filter|expression/i.test(text);
      throw new AppError(
        isFilter ? 'CAPTURE_FILTER' : 'CAPTURE_INTERFACE',
        isFilter
          ? `capture.filter "${this.options.filter}" is not a valid filter (${text}): use tcpdump syntax.`
          : `Interface ${this.name} cannot be captured with libpcap: ${text}.`,
        { cause: error },
      );
    }
  }

  /** Looks after the interface: opens it again when it was gone. */
  private watch(sink: FrameSink): void {
    this.timer = setTimeout(() => {
      const wasUp = this.session !== undefined;
      const isUp = isInterfaceUp(this.name);
      if (wasUp && !isUp) {
        this.options.log.warn(
          `Interface ${this.name} stopped working: waiting for it to come back. Nothing else is affected.`,
        );
        this.closeSession();
      } else if (!wasUp && isUp) this.reopen(sink);
      this.watch(sink);
    }, WATCH_MS);
  }

  private reopen(sink: FrameSink): void {
    try {
      this.open(sink);
      this.options.log.info(`Interface ${this.name} is back: capturing again.`);
    } catch (error) {
      this.options.log.debug(messageOf(error));
    }
  }
}
