import { mdiChevronDown, mdiClose } from '@mdi/js';
import { useRef } from 'preact/hooks';
import { Icon } from '../../parts/icon.tsx';
import { PickList } from '../../parts/pick-list.tsx';
import { PopoverButton } from '../../parts/popover-button.tsx';
import { deviceChoices, groupChoices } from '../../parts/target-choices.ts';
import { devicesById, groups } from '../../state/home.ts';

interface TargetChooserProps {
  /** Ids of devices and groups. */
  targets: readonly string[];
  /** `isFirst`: the first change since the chooser was opened. */
  onChange: (targets: readonly string[], isFirst: boolean) => void;
}

/** Devices and groups to look at: a button that opens a list with a search. */
export function TargetChooser({ targets, onChange }: TargetChooserProps) {
  const hasChanged = useRef(false);
  const text = targets.length === 0 ? 'All devices' : `${targets.length} chosen`;
  function change(chosen: readonly string[]) {
    onChange(chosen, !hasChanged.current);
    hasChanged.current = true;
  }
  return (
    <div class="field history-targets">
      <span class="label">Devices</span>
      <PopoverButton
        label={`Devices ${text}`}
        title="Choose devices and groups"
        role="dialog"
        content={
          <>
            {text}
            <Icon path={mdiChevronDown} />
          </>
        }
        onOpen={() => (hasChanged.current = false)}
      >
        {(close) => (
          <div class="history-chooser">
            <PickList
              label="Devices and groups"
              choices={[
                ...groupChoices(groups.value.value?.groups ?? []),
                ...deviceChoices(devicesById.value.values()),
              ]}
              chosen={new Set(targets)}
              onChange={(chosen) => change([...chosen])}
            />
            <div class="row">
              <button type="button" onClick={close}>
                Done
              </button>
              {targets.length > 0 && (
                <button
                  type="button"
                  class="plain"
                  onClick={() => {
                    change([]);
                    close();
                  }}
                >
                  All devices
                </button>
              )}
            </div>
          </div>
        )}
      </PopoverButton>
    </div>
  );
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
