/** The part of the package `cap` (0.2) that is used; it ships no types. */
declare module 'cap' {
  import type { EventEmitter } from 'node:events';

  class Cap extends EventEmitter {
    /** Opens a device in promiscuous mode; every packet is copied into `buffer`. Returns the link type's name. */
    open(device: string, filter: string, bufferBytes: number, buffer: Buffer): string;
    setMinBytes?(bytes: number): void;
    close(): void;
  }
  const cap: { Cap: typeof Cap };
  export default cap;
}
