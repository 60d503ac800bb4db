import { mdiChevronDown, mdiClose } from '@mdi/js';
import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks';
import { Icon } from '../../parts/icon.tsx';
import { PickList } from '../../parts/pick-list.tsx';
import { groups, home } from '../../state/home.ts';

interface TargetChooserProps {
  /** Ids of devices and groups. */
  targets: readonly string[];
  /** `isFirst`: the first change since the chooser was opened. */
  onChange: (targets: readonly string[], isFirst: boolean) => void;
}

/** Devices and groups to look at: a button that opens a list with a search. Escape closes it. */
export function TargetChooser({ targets, onChange }: TargetChooserProps) {
  const id = useId();
  const [isOpen, setIsOpen] = useState(false);
  const element = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const hasChanged = useRef(false);
  const choices = useChoices();

  useEffect(() => {
    if (!isOpen) return undefined;
    hasChanged.current = false;
    element.current?.querySelector<HTMLElement>('input')?.focus();
    const close = ({ target }: Event) => {
      if (element.current?.contains(target as Node) !== true) setIsOpen(false);
    };
    const escape = ({ key }: KeyboardEvent) => {
      if (key === 'Escape') end();
    };
    addEventListener('pointerdown', close);
    addEventListener('focusin', close);
    addEventListener('keydown', escape);
    return () => {
      removeEventListener('keydown', escape);
      removeEventListener('pointerdown', close);
      removeEventListener('focusin', close);
    };
  }, [isOpen]);

  function end() {
    setIsOpen(false);
    button.current?.focus();
  }

  return (
    <div class="field history-targets" ref={element}>
      <span class="label" id={`${id}-label`}>
        Devices
      </span>
      <button
        type="button"
        id={`${id}-button`}
        ref={button}
        aria-labelledby={`${id}-label ${id}-button`}
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setIsOpen(!isOpen)}
      >
        {targets.length === 0 ? 'All devices' : `${targets.length} chosen`}
        <Icon path={mdiChevronDown} />
      </button>
      {isOpen && (
        <div class="history-chooser" id={id} role="dialog" aria-label="Choose devices and groups">
          <PickList
            label="Devices and groups"
            choices={choices}
            chosen={new Set(targets)}
            onChange={(chosen) => {
              onChange([...chosen], !hasChanged.current);
              hasChanged.current = true;
            }}
          />
          <div class="row">
            <button type="button" onClick={end}>
              Done
            </button>
            {targets.length > 0 && (
              <button
                type="button"
                class="plain"
                onClick={() => {
                  onChange([], !hasChanged.current);
                  end();
                }}
              >
                All devices
              </button>
            )}
          </div>
        </div>
      )}
    </div>
  );
}

function useChoices() {
  const groupList = groups.value.value?.groups;
  const devices = home.value.value?.devices;
  return useMemo(() => {
    const byName = (one: { name: string }, other: { name: string }) =>
      one.name.localeCompare(other.name);
    return [
      ...(groupList ?? []).toSorted(byName).map(({ id, name, devices: members }) => ({
        id,
        name,
        detail: members.length === 1 ? 'Group of 1 device' : `Group of ${members.length} devices`,
      })),
      ...(devices ?? []).toSorted(byName).map(({ id, name, addresses, hidden }) => ({
        id,
        name,
        detail: [addresses[0], hidden ? 'hidden' : undefined].filter(Boolean).join(', '),
      })),
    ];
  }, [groupList, devices]);
}

interface ChosenTargetsProps {
  targets: readonly string[];
  nameOf: (target: string) => string;
  onChange: (targets: readonly string[]) => void;
}

/** What the view is narrowed to, each to be taken away. */
export function ChosenTargets({ targets, nameOf, onChange }: ChosenTargetsProps) {
  if (targets.length === 0) return null;
  return (
    <ul class="row history-chosen" aria-label="Only these are shown">
      {targets.map((target) => (
        <li key={target}>
          {nameOf(target)}
          <button
            type="button"
            class="plain"
            aria-label={`Take away ${nameOf(target)}`}
            onClick={() => {
              onChange(targets.filter((each) => each !== target));
              document.querySelector<HTMLElement>('.history-targets > button')?.focus();
            }}
          >
            <Icon path={mdiClose} />
          </button>
        </li>
      ))}
    </ul>
  );
}
