import { closeSync, fsyncSync, openSync } from 'node:fs';

/** So that a power cut does not undo that a file of this folder was renamed. Throws the system's errors of opening it. */
export function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } catch {
    // Some network file systems cannot; the file itself is on the disk.
  } finally {
    closeSync(descriptor);
  }
}
