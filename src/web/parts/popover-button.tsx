import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import './popover-button.css';

interface PopoverButtonProps {
  /** Of the button, where it says more than its content, and of what it opens. */
  label: string;
  /** Of what it opens, where that is another. */
  title?: string;
  /** Of the button. */
  class?: string;
  content: ComponentChildren;
  /** `menu` for commands: arrow keys lead through its buttons. `dialog` for a small form. */
  role: 'menu' | 'dialog';
  /** Told when it opens and closes. */
  onOpen?: (isOpen: boolean) => void;
  /** What opens, made only then. `close` leaves the focus on the button. */
  children: (close: () => void) => ComponentChildren;
}

/** A button that opens something above the page, beside itself. Escape and a click elsewhere close it. */
export function PopoverButton(props: PopoverButtonProps) {
  const { label, title = label, content, role, onOpen, children } = props;
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const [isOpen, setIsOpen] = useState(false);
  const wasOpen = useRef(false);

  useEffect(() => {
    if (!isOpen || panel.current === null || button.current === null) return undefined;
    const opened = panel.current;
    const from = button.current;
    opened.showPopover();
    const stopFollowing = follow(opened, from);
    focusable(opened)[0]?.focus({ preventScroll: true });
    onOpen?.(true);
    return () => {
      stopFollowing();
      onOpen?.(false);
      // What had the focus is gone; a dialog that was opened from here has it already.
      if (document.activeElement === document.body) from.focus({ preventScroll: true });
    };
  }, [isOpen]);

  const close = () => setIsOpen(false);

  return (
    <>
      <button
        ref={button}
        type="button"
        class={props.class}
        aria-label={label}
        aria-haspopup={role}
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        // The same press has closed it by now.
        onPointerDown={() => (wasOpen.current = isOpen)}
        onClick={() => {
          if (!wasOpen.current) setIsOpen(!isOpen);
          wasOpen.current = false;
        }}
      >
        {content}
      </button>
      {isOpen && (
        // oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- it has one of two roles
        <div
          ref={panel}
          id={id}
          class={`popover popover-${role}`}
          popover="auto"
          role={role}
          aria-label={title}
          onToggle={(event) => event.newState === 'closed' && setIsOpen(false)}
          onKeyDown={(event) => {
            event.stopPropagation();
            if (role === 'menu') moveFocus(event, event.currentTarget, close);
          }}
          onClick={(event) => event.stopPropagation()}
          onDblClick={(event) => event.stopPropagation()}
        >
          {children(close)}
        </div>
      )}
    </>
  );
}

function focusable(panel: HTMLElement): HTMLElement[] {
  return [...panel.querySelectorAll<HTMLElement>('button:not(:disabled), input, select')];
}

const gapPx = 4;

/** Below the button, or above it where there is more room; never outside of the window. */
function place(panel: HTMLElement, button: HTMLElement): void {
  const at = button.getBoundingClientRect();
  const { width, height } = panel.getBoundingClientRect();
  const below = at.bottom + gapPx;
  const top = below + height <= innerHeight ? below : Math.max(gapPx, at.top - gapPx - height);
  panel.style.top = `${Math.min(top, Math.max(gapPx, innerHeight - height - gapPx))}px`;
  const left = Math.min(at.right - width, innerWidth - width - gapPx);
  panel.style.left = `${Math.max(gapPx, left)}px`;
}

/** Stays beside the button when the page scrolls, or a phone shows its keyboard. */
function follow(panel: HTMLElement, button: HTMLElement): () => void {
  const move = () => place(panel, button);
  move();
  const size = new ResizeObserver(move);
  size.observe(panel);
  addEventListener('scroll', move, { capture: true, passive: true });
  addEventListener('resize', move);
  return () => {
    size.disconnect();
    removeEventListener('scroll', move, { capture: true });
    removeEventListener('resize', move);
  };
}

/** The keys of a menu, after the ARIA Authoring Practices. */
function moveFocus(event: KeyboardEvent, panel: HTMLElement, close: () => void): void {
  const items = focusable(panel);
  const at = items.indexOf(document.activeElement as HTMLElement);
  const targets: Record<string, number> = {
    ArrowDown: (at + 1) % items.length,
    ArrowUp: (at - 1 + items.length) % items.length,
    Home: 0,
    End: items.length - 1,
  };
  const target = targets[event.key];
  if (event.key === 'Tab') close();
  if (target === undefined) return;
  event.preventDefault();
  items[target]?.focus();
}
