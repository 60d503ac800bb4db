import { mdiPlus } from '@mdi/js';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Limit } from '../../api/operations.ts';
import { byUrgency, describeLimit } from '../../format/limits.ts';
import { Card } from '../../parts/card.tsx';
import { EditButtons } from '../../parts/edit-buttons.tsx';
import { Icon } from '../../parts/icon.tsx';
import { LimitForm } from '../../parts/limit-form.tsx';
import { LimitRemoval } from '../../parts/limit-removal.tsx';
import { LimitState } from '../../parts/limit-state.tsx';
import { Missing } from '../../parts/missing.tsx';
import { mayWrite } from '../../state/access.ts';
import { devicesById, limits, othersId } from '../../state/home.ts';
import { linkTo, replaceQuery, route } from '../../state/route.ts';

interface Open {
  form: 'change' | 'remove';
  limit: Limit;
}

/** All limits and how they stand; `?new=1` opens a new one, `?target=` one for whom it names; `?limit=` points at one. */
export function LimitList() {
  const [open, setOpen] = useState<Open>();
  const all = limits.value.value?.limits ?? [];
  const sorted = all.toSorted((a, b) => byUrgency(a, b) || a.name.localeCompare(b.name));
  const close = () => setOpen(undefined);

  return (
    <Card
      title="Limits"
      actions={
        mayWrite.value && (
          <button type="button" class="primary" onClick={() => replaceQuery({ new: '1' })}>
            <Icon path={mdiPlus} />
            New limit
          </button>
        )
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
      {mayWrite.value && <NewLimit />}
      {open?.form === 'change' && <LimitForm limit={open.limit} onClose={close} />}
      {open?.form === 'remove' && <LimitRemoval limit={open.limit} onClose={close} />}
    </Card>
  );
}

/** A new limit, while the address asks for one. */
function NewLimit() {
  const { query } = route.value;
  const target = query.get('target') ?? undefined;
  if (target === undefined && !query.has('new')) return null;
  return (
    <LimitForm
      key={target}
      {...(target === undefined ? {} : { target })}
      onClose={() => replaceQuery({ target: undefined, new: undefined })}
    />
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
      {mayWrite.value && (
        <div class="limits-actions">
          <EditButtons
            what={`the limit of ${limit.name}, ${what}`}
            onChange={() => onOpen({ form: 'change', limit })}
            onRemove={() => onOpen({ form: 'remove', limit })}
          />
        </div>
      )}
    </li>
  );
}

function TargetName({ limit: { target, name } }: { limit: Limit }) {
  if (target === othersId || !devicesById.value.has(target)) return <>{name}</>;
  return <a href={linkTo({ page: 'device', id: target })}>{name}</a>;
}
