import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { Calendar, Range } from './periods.ts';
import { rangeProblem } from './view.ts';

interface RangeFieldsProps {
  range: Range;
  calendar: Calendar;
  onChange: (range: Range) => void;
}

/** Typing a year passes through years of long ago: what is typed is taken when it has come to rest. */
const restMs = 700;

/** The first and the last day, typed or picked. What makes no range is told beside the field, and not taken. */
export function RangeFields({ range, calendar, onChange }: RangeFieldsProps) {
  const id = useId();
  const { from, to } = range;
  const [draft, setDraft] = useState<Range>({ from, to });
  const taken = useRef<Range | undefined>(undefined);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => {
    // What was typed here is shown already, and meanwhile the other day may be being typed.
    if (taken.current?.from === from && taken.current.to === to) return;
    taken.current = undefined;
    clearTimeout(timer.current);
    setDraft({ from, to });
  }, [from, to]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const problem = rangeProblem(draft, calendar);

  function take(next: Range) {
    clearTimeout(timer.current);
    const isOther = next.from !== from || next.to !== to;
    if (!isOther || rangeProblem(next, calendar) !== undefined) return;
    taken.current = next;
    onChange(next);
  }

  function type(changes: Partial<Range>) {
    const next = { ...draft, ...changes };
    setDraft(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => take(next), restMs);
  }

  return (
    <div class="history-range">
      {(['from', 'to'] as const).map((end) => {
        const isWrong = problem?.field === end;
        return (
          <div class="field" key={end}>
            <label for={`${id}-${end}`}>{end === 'from' ? 'From' : 'To'}</label>
            <input
              id={`${id}-${end}`}
              type="date"
              min="2000-01-01"
              max={calendar.today}
              value={draft[end]}
              aria-invalid={isWrong}
              aria-describedby={isWrong ? `${id}-problem` : undefined}
              onInput={(event) => type({ [end]: event.currentTarget.value })}
              onKeyDown={(event) => event.key === 'Enter' && take(draft)}
              onBlur={() => take(draft)}
            />
          </div>
        );
      })}
      {problem !== undefined && (
        <p class="error small" id={`${id}-problem`} role="alert">
          {problem.sentence.charAt(0).toUpperCase()}
          {problem.sentence.slice(1)}
        </p>
      )}
    </div>
  );
}
