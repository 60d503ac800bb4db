import { useState } from 'preact/hooks';
import { Icon } from './icon.tsx';
import './icon-choice.css';

interface IconChoiceProps {
  icon: string | null;
  icons: readonly { name: string; path: string; label: string }[];
  /** The path of what is shown where there is no icon, and for one that is not known here. */
  plain: string;
  /** Has the focus at first. */
  isFirst?: boolean;
  onChange: (icon: string | null) => void;
}

/** One icon of a handful, or none; Home Assistant shows the same. */
export function IconChoice({ icon, icons, plain, isFirst, onChange }: IconChoiceProps) {
  const [first] = useState(icon);
  // One that was chosen elsewhere must not be lost unasked.
  const isForeign = first !== null && icons.every(({ name }) => name !== first);
  const choices = [
    { name: null, path: plain, label: 'No icon' },
    ...icons,
    ...(isForeign ? [{ name: first, path: plain, label: first }] : []),
  ];
  return (
    <fieldset class="icon-choice">
      <legend>Icon</legend>
      {choices.map(({ name, path, label }) => (
        <label key={name} title={label}>
          <input
            type="radio"
            name="icon"
            class="visually-hidden"
            aria-label={label}
            checked={name === icon}
            autofocus={isFirst === true && name === first}
            onChange={() => onChange(name)}
          />
          <Icon path={path} />
        </label>
      ))}
      <p class="muted small">{choices.find(({ name }) => name === icon)?.label}</p>
    </fieldset>
  );
}
