import { useState } from 'preact/hooks';
import { call, Refusal } from '../api/client.ts';
import type { Limit, LimitDirection, LimitPeriod } from '../api/operations.ts';
import { amountUnits, bytesOf, typedAmount } from '../format/amounts.ts';
import { formatBytes } from '../format/bytes.ts';
import { directionNames, periodNames } from '../format/limits.ts';
import { limits } from '../state/home.ts';
import { Dialog } from './dialog.tsx';
import { Field } from './field.tsx';
import { LimitTarget } from './limit-target.tsx';
import { announce } from './toasts.tsx';
import './limit-form.css';

interface LimitFormProps {
  /** The limit to change; without it a new one is made. */
  limit?: Limit;
  /** Whom a new limit is for at first: `network`, the id of a device or of a group. */
  target?: string;
  /** Whether `target` can be chosen; a limit that is changed keeps whom it is for. */
  fixed?: boolean;
  onClose: () => void;
}

interface Draft {
  target: string;
  period: LimitPeriod;
  direction: LimitDirection;
  amount: string;
  unit: string;
  warningPercent: string;
}

/** A dialog in which a limit is made or changed. Mount it to open it; it saves, and refreshes `limits`. */
export function LimitForm({ limit, target, fixed = false, onClose }: LimitFormProps) {
  const [initial] = useState(() => draftOf(limit, target));
  const [draft, setDraft] = useState(initial);
  const change = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  const replaced = limits.value.value?.limits.find(
    ({ id }) => id === idOf(draft) && id !== limit?.id,
  );
  // Rounded for the eyes: what was not typed over is kept to the byte.
  const isSameAmount = draft.amount === initial.amount && draft.unit === initial.unit;
  const bytes =
    limit !== undefined && isSameAmount ? limit.bytes : bytesOf(draft.amount, draft.unit);

  return (
    <Dialog
      title={limit === undefined ? 'New limit' : `Limit of ${limit.name}`}
      action={replaced === undefined ? 'Save' : 'Replace'}
      onConfirm={() => save(draft, bytes, limit)}
      onClose={onClose}
    >
      {limit === undefined && (
        <LimitTarget
          target={draft.target}
          fixed={fixed}
          onChange={(to) => change({ target: to })}
        />
      )}
      <div class="limit-form-pair">
        <Select
          label="Period"
          names={periodNames}
          value={draft.period}
          onChange={(period) => change({ period })}
        />
        <Select
          label="Direction"
          names={{ ...directionNames, both: 'Both' }}
          value={draft.direction}
          onChange={(direction) => change({ direction })}
        />
      </div>
      <Amount draft={draft} onChange={change} />
      <Warning draft={draft} bytes={bytes} onChange={change} />
      {replaced !== undefined && (
        <p class="limit-form-note" role="status">
          There is such a limit already, of {formatBytes(replaced.bytes)}. Saving replaces it.
        </p>
      )}
    </Dialog>
  );
}

interface PartProps {
  draft: Draft;
  onChange: (part: Partial<Draft>) => void;
}

function Amount({ draft, onChange }: PartProps) {
  return (
    <div class="limit-form-pair">
      <label class="field">
        <span class="label">Amount</span>
        <input
          type="number"
          inputMode="decimal"
          min="0"
          step="any"
          required
          value={draft.amount}
          onInput={({ currentTarget }) => onChange({ amount: currentTarget.value })}
        />
      </label>
      <Field label="Unit">
        {(id) => (
          <select
            id={id}
            value={draft.unit}
            onChange={({ currentTarget }) => onChange({ unit: currentTarget.value })}
          >
            {amountUnits().map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        )}
      </Field>
    </div>
  );
}

function Warning({ draft, bytes, onChange }: PartProps & { bytes: number | undefined }) {
  const at = bytes === undefined ? 0 : (bytes * Number(draft.warningPercent)) / 100;
  return (
    <Field label="Warn at (percent)">
      {(id) => (
        <span class="row">
          <input
            id={id}
            class="limit-form-percent"
            type="number"
            min="1"
            max="100"
            required
            value={draft.warningPercent}
            onInput={({ currentTarget }) => onChange({ warningPercent: currentTarget.value })}
          />
          <span class="muted small">{at > 0 ? `A warning at ${formatBytes(at)}.` : ''}</span>
        </span>
      )}
    </Field>
  );
}

interface SelectProps<Value extends string> {
  label: string;
  names: Record<Value, string>;
  value: Value;
  onChange: (value: Value) => void;
}

function Select<Value extends string>({ label, names, value, onChange }: SelectProps<Value>) {
  return (
    <Field label={label}>
      {(id) => (
        <select
          id={id}
          value={value}
          onChange={({ currentTarget }) => onChange(currentTarget.value as Value)}
        >
          {Object.entries<string>(names).map(([each, name]) => (
            <option key={each} value={each}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function draftOf(limit: Limit | undefined, target = ''): Draft {
  if (limit === undefined) {
    const unit = amountUnits()[2]?.name ?? '';
    const fresh = { period: 'month', direction: 'both', warningPercent: '80' } as const;
    return { target, amount: '', unit, ...fresh };
  }
  const { period, direction, bytes, warningPercent } = limit;
  const typed = typedAmount(bytes);
  const rest = { ...typed, warningPercent: String(warningPercent) };
  return { target: limit.target, period, direction, ...rest };
}

function idOf({ target, period, direction }: Draft): string {
  return `${target}/${period}/${direction}`;
}

async function save(draft: Draft, bytes: number | undefined, old: Limit | undefined) {
  if (bytes === undefined) throw new Error('The amount is to be a number above zero.');
  const { target, period, direction } = draft;
  const warningPercent = Number(draft.warningPercent);
  const saved = await call('setLimit', { target, period, direction, bytes, warningPercent });
  // Period and direction are part of what a limit is: another one takes its place.
  if (old !== undefined && old.id !== saved.id) {
    await call('removeLimit', {
      target: old.target,
      period: old.period,
      direction: old.direction,
    }).catch(allowGone);
  }
  await limits.refresh();
  announce(`The limit of ${saved.name} is saved.`);
}

/** Somebody else was faster to remove it. */
function allowGone(error: unknown): void {
  if (!(error instanceof Refusal) || error.status !== 404) throw error;
}
