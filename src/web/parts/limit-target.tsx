import { devicesById, groups } from '../state/home.ts';
import { PickList } from './pick-list.tsx';
import { deviceChoices, groupChoices } from './target-choices.ts';

interface LimitTargetProps {
  /** `network`, the id of a device or of a group. */
  target: string;
  /** Shown, not chosen. */
  fixed: boolean;
  onChange: (target: string) => void;
}

/** Whom a limit is for: chosen by name among network, groups and devices. */
export function LimitTarget({ target, fixed, onChange }: LimitTargetProps) {
  const choices = [
    { id: 'network', name: 'Network', detail: 'All devices together' },
    ...groupChoices(groups.value.value?.groups ?? []),
    ...deviceChoices(devicesById.value.values()),
  ];
  if (fixed) {
    const name = choices.find(({ id }) => id === target)?.name ?? target;
    return (
      <p>
        <span class="muted">For</span> <strong>{name}</strong>
      </p>
    );
  }
  return (
    <PickList
      single
      label="For"
      choices={choices}
      chosen={new Set([target])}
      onChange={([chosen]) => chosen !== undefined && onChange(chosen)}
    />
  );
}
