import { call } from '../api/client.ts';
import type { Limit } from '../api/operations.ts';
import { formatBytes } from '../format/bytes.ts';
import { describeLimit } from '../format/limits.ts';
import { limits } from '../state/home.ts';
import { Dialog } from './dialog.tsx';
import { announce } from './toasts.tsx';

/** Asks before a limit is removed. */
export function LimitRemoval({ limit, onClose }: { limit: Limit; onClose: () => void }) {
  const { target, period, direction, name, bytes } = limit;
  async function remove() {
    await call('removeLimit', { target, period, direction });
    await limits.refresh();
    announce(`The limit of ${name} is removed.`);
  }
  return (
    <Dialog title="Remove this limit" action="Remove" danger onConfirm={remove} onClose={onClose}>
      <p>
        {name}, {describeLimit(limit)}: {formatBytes(bytes)}. What was used stays in the ledger.
      </p>
    </Dialog>
  );
}
