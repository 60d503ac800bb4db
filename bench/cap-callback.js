/**
 * The least that a capture with the `cap` package can do: one callback for each packet that counts it.
 * Usage: node bench/cap-callback.js INTERFACE; SIGTERM prints the number of packets.
 */
import { argv, exit, stdout } from 'node:process';
import cap from 'cap';

const KERNEL_BUFFER_BYTES = 32 << 20;
const LARGEST_FRAME_BYTES = 65_535;

const capture = new cap.Cap();
const frame = Buffer.alloc(LARGEST_FRAME_BYTES);
let packets = 0;
let kinds = 0;

capture.open(argv[2], '', KERNEL_BUFFER_BYTES, frame);
capture.setMinBytes?.(0);
capture.on('packet', () => {
  packets++;
  // The addon keeps only a pointer: it writes into freed memory unless somebody goes on holding the buffer.
  kinds |= frame[12];
});

process.once('SIGTERM', () => {
  capture.close();
  stdout.write(`${packets} packets captured (${kinds})\n`, () => exit());
});
