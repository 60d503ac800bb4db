import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { Problem } from './problem.tsx';

interface DialogProps {
  title: string;
  /** The word on the button that does it, such as `Forget`. */
  action: string;
  danger?: boolean;
  /** Does it; what it rejects with is shown in the dialog, which then stays. */
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
  children: ComponentChildren;
}

/** A modal form: Escape and Cancel close it, Enter confirms. Mount it to open it. */
export function Dialog({ title, action, danger, onConfirm, onClose, children }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  const [error, setError] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);
  useEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    // Focus goes back to where it was only when a dialog is closed, not when it is taken away.
    return () => {
      dialog?.close();
      requestAnimationFrame(focusMainIfLost);
    };
  }, []);

  async function confirm(event: SubmitEvent) {
    event.preventDefault();
    if (isBusy) return;
    setIsBusy(true);
    setError(undefined);
    try {
      await onConfirm();
      element.current?.close();
    } catch (reason) {
      setError((reason as Error).message);
    } finally {
      setIsBusy(false);
    }
  }

  return (
    <dialog
      ref={element}
      aria-labelledby={id}
      onCancel={(event) => isBusy && event.preventDefault()}
      // The last of one that was taken away would close the next.
      onClose={() => element.current && onClose()}
    >
      <form onSubmit={(event) => void confirm(event)}>
        <h2 id={id}>{title}</h2>
        {children}
        <Problem message={error} />
        <div class="dialog-actions">
          <button
            type="button"
            aria-disabled={isBusy}
            onClick={() => isBusy || element.current?.close()}
          >
            Cancel
          </button>
          <button type="submit" class={danger === true ? 'danger' : 'primary'} aria-busy={isBusy}>
            {action}
          </button>
        </div>
      </form>
    </dialog>
  );
}

/** What the focus would go back to may be gone, such as the row that was removed here. */
function focusMainIfLost() {
  if (document.activeElement === document.body)
    document.getElementById('main')?.focus({ preventScroll: true });
}
