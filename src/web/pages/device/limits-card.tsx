import { mdiPlus } from '@mdi/js';
import { useState } from 'preact/hooks';
import type { Device, Limit } from '../../api/operations.ts';
import { describeLimit } from '../../format/limits.ts';
import { Card } from '../../parts/card.tsx';
import { EditButtons } from '../../parts/edit-buttons.tsx';
import { Icon } from '../../parts/icon.tsx';
import { LimitForm } from '../../parts/limit-form.tsx';
import { LimitRemoval } from '../../parts/limit-removal.tsx';
import { LimitState } from '../../parts/limit-state.tsx';
import { Missing } from '../../parts/missing.tsx';
import { mayWrite } from '../../state/access.ts';
import { groups, limits } from '../../state/home.ts';
import { linkTo } from '../../state/route.ts';

type Open = { form: 'new' } | { form: 'change' | 'remove'; limit: Limit };

/** How much it may use before somebody is told. */
export function LimitsCard({ device }: { device: Device }) {
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const own = limits.value.value?.limits.filter(({ target }) => target === device.id) ?? [];
  return (
    <Card
      title="Limits"
      span={6}
      actions={
        mayWrite.value && (
          <button type="button" onClick={() => setOpen({ form: 'new' })}>
            <Icon path={mdiPlus} />
            New limit
          </button>
        )
      }
    >
      {own.length === 0 ? (
        <Missing resource={limits}>
          <p>
            No limit. With one, you are told when this device has used more; nothing is blocked.
          </p>
        </Missing>
      ) : (
        <ul class="list device-limits">
          {own.map((limit) => (
            <LimitRow key={limit.id} limit={limit} onOpen={setOpen} />
          ))}
        </ul>
      )}
      <LimitsOfGroups device={device} />
      {open?.form === 'new' && <LimitForm target={device.id} fixed onClose={close} />}
      {open?.form === 'change' && <LimitForm limit={open.limit} onClose={close} />}
      {open?.form === 'remove' && <LimitRemoval limit={open.limit} onClose={close} />}
    </Card>
  );
}

function LimitRow({ limit, onOpen }: { limit: Limit; onOpen: (open: Open) => void }) {
  const what = describeLimit(limit);
  return (
    <li>
      <div class="device-limit-head">
        <h3>{what}</h3>
        {mayWrite.value && (
          <span class="row">
            <EditButtons
              what={`the limit: ${what}`}
              onChange={() => onOpen({ form: 'change', limit })}
              onRemove={() => onOpen({ form: 'remove', limit })}
            />
          </span>
        )}
      </div>
      <LimitState limit={limit} />
    </li>
  );
}

/** What its groups may use concerns it, too. */
function LimitsOfGroups({ device }: { device: Device }) {
  const own = groups.value.value?.groups.filter(({ devices }) => devices.includes(device.id)) ?? [];
  const limited = own.filter(({ id }) =>
    limits.value.value?.limits.some(({ target }) => target === id),
  );
  if (limited.length === 0) return null;
  return (
    <p class="muted small">
      It also counts for the limits of {limited.map(({ name }) => name).join(', ')}.{' '}
      <a href={linkTo({ page: 'limits' })}>All limits</a>
    </p>
  );
}
