import { Choice } from '../../parts/choice.tsx';
import { pushQuery, replaceQuery } from '../../state/route.ts';
import { offeredSteps, presets, type Calendar, type Step } from './periods.ts';
import { RangeFields } from './range-fields.tsx';
import { ChosenTargets, TargetChooser } from './target-chooser.tsx';
import { queryOf, type Direction, type QueryChange, type View } from './view.ts';

interface ToolbarProps {
  view: View;
  calendar: Calendar;
  nameOf: (target: string) => string;
}

/** What is to be shown. Each choice is another address. */
export function Toolbar({ view, calendar, nameOf }: ToolbarProps) {
  const open = (changes: QueryChange) => pushQuery({ ...queryOf(view), ...changes });
  const amend = (changes: QueryChange) => replaceQuery({ ...queryOf(view), ...changes });
  const steps = new Set<Step>([...offeredSteps(view), view.step]);
  return (
    <section class="card history-toolbar" aria-label="What is shown">
      <div class="history-presets" role="group" aria-label="Time">
        {presets.map(({ id, name }) => (
          <button
            key={id}
            type="button"
            aria-pressed={view.preset === id}
            onClick={() => open({ from: id, to: undefined, step: undefined })}
          >
            {name}
          </button>
        ))}
      </div>
      <div class="history-fields">
        <RangeFields
          range={view}
          calendar={calendar}
          onChange={(range) => open({ ...range, step: undefined })}
        />
        <div class="field">
          <span class="label">By</span>
          <Choice
            label="Step"
            options={stepOptions.filter(({ value }) => steps.has(value))}
            value={view.step}
            onChange={(step) => pushQuery(queryOf({ ...view, step }))}
          />
        </div>
        <div class="field">
          <span class="label">Direction</span>
          <Choice
            label="Direction"
            options={directions}
            value={view.direction}
            onChange={(direction) => pushQuery(queryOf({ ...view, direction }))}
          />
        </div>
        <TargetChooser
          targets={view.targets}
          onChange={(targets, isFirst) => (isFirst ? open : amend)({ devices: targets.join(',') })}
        />
      </div>
      <ChosenTargets
        targets={view.targets}
        nameOf={nameOf}
        onChange={(targets) => open({ devices: targets.join(',') })}
      />
    </section>
  );
}

const stepOptions: readonly { value: Step; label: string }[] = [
  { value: 'hour', label: 'Hour' },
  { value: 'day', label: 'Day' },
  { value: 'month', label: 'Month' },
];

const directions: readonly { value: Direction; label: string }[] = [
  { value: 'both', label: 'Both' },
  { value: 'download', label: 'Download' },
  { value: 'upload', label: 'Upload' },
];
