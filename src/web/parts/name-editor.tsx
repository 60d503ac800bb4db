import { mdiClose, mdiPencil } from '@mdi/js';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { mayWrite } from '../state/access.ts';
import './name-editor.css';
import { Icon } from './icon.tsx';

interface NameEditorProps {
  /** The text that can be changed. A change of it from outside never touches an edit in progress. */
  name: string;
  /** What is named where it is not the name itself, for the labels `Rename …` and `Name of …`. */
  subject?: string;
  /** Shown while the field is empty: what an empty name stands for. */
  placeholder?: string;
  /** As many characters as the daemon takes. */
  maxLength?: number;
  /**
   * Saves the text, trimmed; it may be empty. Resolve when `name` shows it. What it rejects with is shown beside the
   * field, and the text stays.
   */
  onSave: (name: string) => Promise<unknown>;
  /** Told when an edit begins and ends: whoever moves things around must not meanwhile (`DataTable`: `hold`). */
  onEditing?: (isEditing: boolean) => void;
  /** The name as it is shown, such as a link. Enter opens a link, F2 on it renames, and so does a double click. */
  children: ComponentChildren;
}

/**
 * A name that is edited where it stands: double click, F2 or the pencil begin, Enter and leaving the field save, Escape
 * cancels. A text that is what it was is not saved. Whoever may only look sees the name.
 */
export function NameEditor(props: NameEditorProps) {
  return mayWrite.value ? <Editor {...props} /> : <span class="name-editor">{props.children}</span>;
}

function Editor(props: NameEditorProps) {
  const { name, subject = name, onEditing, children } = props;
  const [isEditing, setIsEditing] = useState(false);
  const element = useRef<HTMLSpanElement>(null);
  const opening = useRef<number>();
  const edit = (begins: boolean) => {
    setIsEditing(begins);
    onEditing?.(begins);
  };
  // What is taken off the page holds nobody any longer.
  useEffect(() => (isEditing ? () => onEditing?.(false) : undefined), [isEditing]);
  useEffect(() => () => clearTimeout(opening.current), []);

  function end(focusIsHere: boolean) {
    edit(false);
    if (focusIsHere) {
      requestAnimationFrame(() =>
        element.current?.querySelector<HTMLElement>('a, button')?.focus(),
      );
    }
  }

  return (
    <span
      class="name-editor"
      // The keys and clicks are those of the link and the button in it.
      role="presentation"
      ref={element}
      onClick={(event) => openLater(event, opening)}
      onDblClick={() => {
        clearTimeout(opening.current);
        if (!isEditing) edit(true);
      }}
      onKeyDown={(event) => {
        if (event.key !== 'F2' || isEditing) return;
        event.preventDefault();
        edit(true);
      }}
    >
      {isEditing ? (
        <NameField {...props} subject={subject} onEnd={end} />
      ) : (
        <>
          {children}
          <button
            type="button"
            class="plain name-editor-begin"
            aria-label={`Rename ${subject}`}
            title="Rename (F2)"
            onClick={() => edit(true)}
          >
            <Icon path={mdiPencil} />
          </button>
        </>
      )}
    </span>
  );
}

const doubleClickMs = 250;

/** A click of the mouse on the link waits whether it becomes a double click; keys and fingers do not. */
function openLater(event: MouseEvent, opening: { current: number | undefined }) {
  const link = (event.target as Element).closest('a');
  const isPlain = !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  const isMouse = event.detail > 0 && (event as PointerEvent).pointerType !== 'touch';
  if (link === null || !isPlain || !isMouse) return;
  event.preventDefault();
  clearTimeout(opening.current);
  if (event.detail > 1) return;
  opening.current = setTimeout(() => location.assign(link.href), doubleClickMs);
}

type NameFieldProps = Omit<NameEditorProps, 'children' | 'onEditing'> & {
  /** Told whether the focus was within, and has to go somewhere. */
  onEnd: (focusIsHere: boolean) => void;
};

function NameField({ name, subject, placeholder, maxLength = 64, onSave, onEnd }: NameFieldProps) {
  const id = useId();
  const wrapper = useRef<HTMLSpanElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const [error, setError] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);
  const before = useRef(name);
  const refused = useRef<string>();
  const hasEnded = useRef(false);
  // Before the next key comes.
  useLayoutEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);

  function end() {
    if (hasEnded.current) return;
    hasEnded.current = true;
    onEnd(wrapper.current?.contains(document.activeElement) === true);
  }

  async function save() {
    const text = field.current?.value.trim() ?? '';
    if (isBusy || hasEnded.current) return;
    if (text === before.current.trim()) {
      end();
      return;
    }
    setIsBusy(true);
    try {
      await onSave(text);
      end();
    } catch (reason) {
      refused.current = text;
      setError((reason as Error).message);
      setIsBusy(false);
    }
  }

  function leave({ relatedTarget }: FocusEvent) {
    if (wrapper.current?.contains(relatedTarget as Node | null) === true) return;
    // What was refused is not sent again until it is changed, or Enter asks for it.
    if (field.current?.value.trim() !== refused.current) void save();
  }

  return (
    <span class="name-editor-edit" ref={wrapper} onFocusOut={leave}>
      <input
        ref={field}
        class="name-editor-field"
        type="text"
        defaultValue={name}
        maxLength={maxLength}
        placeholder={placeholder}
        autocomplete="off"
        spellcheck={false}
        enterkeyhint="done"
        aria-label={`Name of ${subject}`}
        aria-invalid={error !== undefined}
        aria-describedby={error === undefined ? undefined : id}
        aria-busy={isBusy}
        readOnly={isBusy}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.key === 'Enter' && !event.isComposing) void save();
          if (event.key === 'Escape' && !isBusy) end();
        }}
      />
      <button
        type="button"
        class="plain name-editor-begin"
        aria-label="Cancel renaming"
        title="Cancel (Escape)"
        disabled={isBusy}
        // The field keeps the focus: leaving it would save.
        onMouseDown={(event) => event.preventDefault()}
        onClick={end}
      >
        <Icon path={mdiClose} />
      </button>
      {error !== undefined && (
        <span class="name-editor-error error small" id={id} role="alert">
          {error}
        </span>
      )}
    </span>
  );
}
