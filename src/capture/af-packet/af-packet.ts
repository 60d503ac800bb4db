import { AppError, messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { InterfaceCounters } from '../../model/batch.ts';
import type { FrameSink } from '../../model/traffic.ts';
import { describeInterface, isInterfaceUp } from '../interfaces.ts';
import type { CaptureSource } from '../source.ts';
import { PacketSocket, type PacketSocketOptions } from './packet-socket.ts';

/** What passes between two looks for an interface that is away is not metered; a look costs next to nothing. */
const RETRY_MS = 250;

export interface AfPacketOptions extends PacketSocketOptions {
  interfaces: readonly string[];
}

/** Live capture from one or more Linux interfaces. */
export function openAfPacket(options: AfPacketOptions, log: Log): CaptureSource {
  let end: (() => void) | undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const captures = options.interfaces.map((name) => new InterfaceCapture(name, options, log));
  return {
    ended,
    async start(sink) {
      try {
        for (const capture of captures) capture.start(sink);
      } catch (error) {
        await Promise.all(captures.map((capture) => capture.stop()));
        throw error;
      }
    },
    async stop() {
      await Promise.all(captures.map((capture) => capture.stop()));
      end?.();
    },
    counters: () => captures.map((capture) => capture.counters()),
  };
}

/** One interface: captured while it is up, looked for again while it is not. */
class InterfaceCapture {
  private readonly name: string;
  private readonly options: PacketSocketOptions;
  private readonly log: Log;
  private socket: PacketSocket | undefined;
  private retry: NodeJS.Timeout | undefined;
  private sink: FrameSink | undefined;
  /** The end of a socket whose interface is gone. */
  private losing: Promise<void> = Promise.resolve();
  private received = 0;
  private dropped = 0;

  constructor(name: string, options: PacketSocketOptions, log: Log) {
    this.name = name;
    this.options = options;
    this.log = log;
  }

  /** Throws where capture cannot work; an interface that is down or gone is waited for. */
  start(sink: FrameSink): void {
    this.sink = sink;
    if (isInterfaceUp(this.name)) this.open(sink);
    else {
      this.log.warn(`Interface ${this.name} is down or gone: waiting for it.`);
      this.retryLater();
    }
  }

  async stop(): Promise<void> {
    clearTimeout(this.retry);
    await this.losing;
    clearTimeout(this.retry);
    const { socket, sink } = this;
    this.socket = undefined;
    this.sink = undefined;
    if (socket === undefined || sink === undefined) return;
    await socket.finish(sink);
    this.retire(socket);
  }

  counters(): InterfaceCounters {
    this.socket?.updateCounters();
    return {
      name: this.name,
      up: this.socket !== undefined,
      received: this.received + (this.socket?.received ?? 0),
      dropped: this.dropped + (this.socket?.dropped ?? 0),
    };
  }

  private open(sink: FrameSink): void {
    const target = describeInterface(this.name);
    if (!target.isUp) throw new AppError('CAPTURE_INTERFACE', `Interface ${this.name} is down.`);
    const socket = new PacketSocket(target, this.options);
    this.socket = socket;
    socket.start(sink, (reason) => {
      setImmediate(() => {
        this.losing = this.lost(socket, reason);
      });
    });
  }

  private async lost(socket: PacketSocket, reason: string): Promise<void> {
    if (this.socket !== socket || this.sink === undefined) return;
    this.socket = undefined;
    this.log.warn(
      `Interface ${this.name} stopped working (${reason}): waiting for it to come back. Nothing else is affected.`,
    );
    await socket.finish(this.sink);
    this.retire(socket);
    this.retryLater();
  }

  private retire(socket: PacketSocket): void {
    socket.updateCounters();
    this.received += socket.received;
    this.dropped += socket.dropped;
    socket.close();
  }

  private retryLater(): void {
    this.retry = setTimeout(() => this.reopen(), RETRY_MS);
  }

  private reopen(): void {
    const { sink } = this;
    if (sink === undefined) return;
    try {
      this.open(sink);
      this.log.info(`Interface ${this.name} is back: capturing again.`);
    } catch (error) {
      this.log.debug(`Interface ${this.name} is not ready: ${messageOf(error)}`);
      this.retryLater();
    }
  }
}
