import { useId, useState } from 'preact/hooks';
import './pick-list.css';

export interface PickChoice {
  id: string;
  name: string;
  /** What else it can be found by and told apart with. */
  detail?: string;
}

interface PickListProps {
  /** What is chosen, such as `Devices`. */
  label: string;
  choices: readonly PickChoice[];
  chosen: ReadonlySet<string>;
  /** Given once a choice was clicked: all that is chosen. */
  onChange: (chosen: ReadonlySet<string>) => void;
  /** Only one can be chosen. */
  single?: boolean;
}

/** A list with a search, from which one or several are ticked; those that are chosen stay in sight. */
export function PickList({ label, choices, chosen, onChange, single = false }: PickListProps) {
  const id = useId();
  const [search, setSearch] = useState('');
  // What was chosen at the beginning comes first; nothing moves while one ticks.
  const [first] = useState(chosen);
  const sorted = choices.toSorted((a, b) => Number(first.has(b.id)) - Number(first.has(a.id)));
  const shown = sorted.filter((choice) => chosen.has(choice.id) || fits(choice, search));
  const found = choices.filter((choice) => fits(choice, search)).length;

  function toggle(choice: string, isOn: boolean) {
    const others = single ? [] : [...chosen].filter((each) => each !== choice);
    onChange(new Set(isOn ? [...others, choice] : others));
  }

  return (
    <fieldset class="pick-list">
      <legend>{label}</legend>
      <input
        type="search"
        placeholder="Search"
        aria-label={`Search ${label.toLowerCase()}`}
        value={search}
        onInput={(event) => setSearch(event.currentTarget.value)}
        onKeyDown={(event) => {
          // Enter here is for the search, not for the form around it.
          if (event.key === 'Enter') event.preventDefault();
        }}
      />
      <div class="pick-list-choices">
        {shown.map((choice) => (
          <label key={choice.id}>
            <input
              type={single ? 'radio' : 'checkbox'}
              name={id}
              required={single}
              checked={chosen.has(choice.id)}
              onChange={(event) => toggle(choice.id, event.currentTarget.checked)}
            />
            <span>{choice.name}</span>
            <small class="muted">{choice.detail}</small>
          </label>
        ))}
        {shown.length === 0 && <p class="pick-list-none muted">Nothing found.</p>}
      </div>
      <p class={single ? 'visually-hidden' : 'small muted'} role="status">
        {search === '' ? `${chosen.size} chosen.` : `${found} of ${choices.length} found.`}
      </p>
    </fieldset>
  );
}

function fits({ name, detail = '' }: PickChoice, search: string): boolean {
  return `${name} ${detail}`.toLowerCase().includes(search.trim().toLowerCase());
}
