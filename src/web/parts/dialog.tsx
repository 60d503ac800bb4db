import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';

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
    return () => dialog?.close();
  }, []);

  async function confirm(event: SubmitEvent) {
    event.preventDefault();
    setIsBusy(true);
    try {
      await onConfirm();
      onClose();
    } catch (reason) {
      setError((reason as Error).message);
      setIsBusy(false);
    }
  }

  return (
    <dialog ref={element} aria-labelledby={id} onClose={onClose}>
      <form onSubmit={(event) => void confirm(event)}>
        <h2 id={id}>{title}</h2>
        {children}
        {error !== undefined && (
          <p class="error" role="alert">
            {error}
          </p>
        )}
        <div class="dialog-actions">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class={danger === true ? 'danger' : 'primary'} disabled={isBusy}>
            {action}
          </button>
        </div>
      </form>
    </dialog>
  );
}
