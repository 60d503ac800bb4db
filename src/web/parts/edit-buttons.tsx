import { mdiDelete, mdiPencil } from '@mdi/js';
import { Icon } from './icon.tsx';

interface EditButtonsProps {
  /** What is changed or removed, such as `the group Children`. */
  what: string;
  onChange: () => void;
  onRemove: () => void;
}

/** The two things that can be done with what stands beside. */
export function EditButtons({ what, onChange, onRemove }: EditButtonsProps) {
  return (
    <>
      <button
        type="button"
        class="plain"
        aria-label={`Change ${what}`}
        title="Change"
        onClick={onChange}
      >
        <Icon path={mdiPencil} />
      </button>
      <button
        type="button"
        class="plain"
        aria-label={`Remove ${what}`}
        title="Remove"
        onClick={onRemove}
      >
        <Icon path={mdiDelete} />
      </button>
    </>
  );
}
