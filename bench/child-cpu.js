/** Processor time of programs that have ended. */
import koffi from 'koffi';

const RUSAGE_CHILDREN = -1;
/** `struct rusage` of a 64-bit Linux: two `struct timeval`, then fourteen counters (getrusage(2)). */
const RUSAGE_BYTES = 144;

const libc = koffi.load('libc.so.6');
const getrusage = libc.func('int getrusage(int who, _Out_ uint8_t *usage)');

/** Seconds, user and system, of all children that have ended so far, and of theirs that they waited for. */
export function endedChildrenCpuSeconds() {
  const usage = Buffer.alloc(RUSAGE_BYTES);
  getrusage(RUSAGE_CHILDREN, usage);
  const [userSeconds, userMicroseconds, systemSeconds, systemMicroseconds] = [0, 8, 16, 24].map(
    (at) => Number(usage.readBigInt64LE(at)),
  );
  return userSeconds + systemSeconds + (userMicroseconds + systemMicroseconds) / 1e6;
}
