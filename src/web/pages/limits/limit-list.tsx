import { mdiDelete, mdiPencil, mdiPlus } from '@mdi/js';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Limit } from '../../api/operations.ts';
import { Card } from '../../parts/card.tsx';
import { Icon } from '../../parts/icon.tsx';
import { LimitForm } from '../../parts/limit-form.tsx';
import { describeLimit, LimitRemoval } from '../../parts/limit-removal.tsx';
import { LimitState } from '../../parts/limit-state.tsx';
import { Missing } from '../../parts/missing.tsx';
import { devicesById, limits } from '../../state/home.ts';
import { linkTo, replaceQuery, route } from '../../state/route.ts';

interface Open {
  form: 'change' | 'remove';
  limit: Limit;
}

const urgency = { exceeded: 0, warning: 1, ok: 2 };

/** All limits and how they stand; `?new=1` opens a new one, `?target=` one for whom it names; `?limit=` points at one. */
export function LimitList() {
  const { query } = route.value;
  const target = query.get('target') ?? undefined;
  const [open, setOpen] = useState<Open>();
  const all = limits.value.value?.limits ?? [];
  const sorted = all.toSorted(
    (a, b) => urgency[a.level] - urgency[b.level] || a.name.localeCompare(b.name),
  );
  const close = () => setOpen(undefined);

  return (
    <Card
      title="Limits"
      actions={
        <button type="button" class="primary" onClick={() => replaceQuery({ new: '1' })}>
          <Icon path={mdiPlus} />
          New limit
        </button>
      }
    >
      {sorted.length === 0 ? (
        <Missing resource={limits}>
          <p>
            No limits yet. A limit tells you when the network, a group or a device has used more
            than you want in a day, week or month. Nothing is blocked.
          </p>
        </Missing>
      ) : (
        <ul class="limits-list">
          {sorted.map((limit) => (
            <LimitRow key={limit.id} limit={limit} onOpen={setOpen} />
          ))}
        </ul>
      )}
      {(target !== undefined || query.has('new')) && (
        <LimitForm
          key={target}
          {...(target === undefined ? {} : { target })}
          onClose={() => replaceQuery({ target: undefined, new: undefined })}
        />
      )}
      {open?.form === 'change' && <LimitForm limit={open.limit} onClose={close} />}
      {open?.form === 'remove' && <LimitRemoval limit={open.limit} onClose={close} />}
    </Card>
  );
}

function LimitRow({ limit, onOpen }: { limit: Limit; onOpen: (open: Open) => void }) {
  const what = describeLimit(limit);
  const element = useRef<HTMLLIElement>(null);
  const isMeant = route.value.query.get('limit') === limit.id;
  useEffect(() => {
    if (isMeant) element.current?.scrollIntoView({ block: 'center' });
  }, [isMeant]);
  return (
    <li ref={element} class={isMeant ? 'limits-row meant' : 'limits-row'}>
      <div class="limits-what">
        <h3>
          <TargetName limit={limit} />
        </h3>
        <p class="muted small">{what}</p>
      </div>
      <LimitState limit={limit} />
      <div class="limits-actions">
        <button
          type="button"
          class="plain"
          aria-label={`Change the limit of ${limit.name}, ${what}`}
          title="Change"
          onClick={() => onOpen({ form: 'change', limit })}
        >
          <Icon path={mdiPencil} />
        </button>
        <button
          type="button"
          class="plain"
          aria-label={`Remove the limit of ${limit.name}, ${what}`}
          title="Remove"
          onClick={() => onOpen({ form: 'remove', limit })}
        >
          <Icon path={mdiDelete} />
        </button>
      </div>
    </li>
  );
}

function TargetName({ limit: { target, name } }: { limit: Limit }) {
  if (!devicesById.value.has(target)) return <>{name}</>;
  return <a href={linkTo({ page: 'device', id: target })}>{name}</a>;
}
