import { mdiPlus, mdiTarget } from '@mdi/js';
import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import type { Group } from '../../api/operations.ts';
import { formatBytes } from '../../format/bytes.ts';
import { Card } from '../../parts/card.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { EditButtons } from '../../parts/edit-buttons.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Missing } from '../../parts/missing.tsx';
import { announce } from '../../parts/toasts.tsx';
import { mayWrite } from '../../state/access.ts';
import { devicesById, groups, limits, refreshHome } from '../../state/home.ts';
import { linkTo } from '../../state/route.ts';
import { GroupForm } from './group-form.tsx';
import { groupIconPath } from './group-icons.ts';

type Open = { form: 'new' } | { form: 'change' | 'remove'; group: Group };

/** All groups: who belongs to them and what they used. */
export function GroupList() {
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const all = (groups.value.value?.groups ?? []).toSorted((a, b) => a.name.localeCompare(b.name));
  return (
    <Card
      title="Groups"
      actions={
        mayWrite.value && (
          <button type="button" onClick={() => setOpen({ form: 'new' })}>
            <Icon path={mdiPlus} />
            New group
          </button>
        )
      }
    >
      {all.length === 0 ? (
        <Missing resource={groups}>
          <p>
            No groups yet. A group adds several devices up, such as all of one person or one room,
            and can have a limit of its own.
          </p>
        </Missing>
      ) : (
        <ul class="groups-list">
          {all.map((group) => (
            <GroupRow key={group.id} group={group} onOpen={setOpen} />
          ))}
        </ul>
      )}
      {open?.form === 'new' && <GroupForm onClose={close} />}
      {open?.form === 'change' && <GroupForm group={open.group} onClose={close} />}
      {open?.form === 'remove' && <Removal group={open.group} onClose={close} />}
    </Card>
  );
}

function GroupRow({ group, onOpen }: { group: Group; onOpen: (open: Open) => void }) {
  const { id, name, icon, month, today } = group;
  return (
    <li class="groups-row">
      <span class="groups-icon">
        <Icon path={groupIconPath(icon)} />
      </span>
      <div class="groups-who">
        <h3>{name}</h3>
        <Members group={group} />
      </div>
      <dl class="groups-usage">
        <div>
          <dt>Today</dt>
          <dd class="number">{formatBytes(today.download + today.upload)}</dd>
        </div>
        <div>
          <dt>This month</dt>
          <dd class="number">{formatBytes(month.download + month.upload)}</dd>
        </div>
      </dl>
      {mayWrite.value && (
        <div class="limits-actions">
          <a
            class="button plain"
            href={linkTo({ page: 'limits', query: { target: id } })}
            aria-label={`New limit for the group ${name}`}
            title="New limit"
          >
            <Icon path={mdiTarget} />
          </a>
          <EditButtons
            what={`the group ${name}`}
            onChange={() => onOpen({ form: 'change', group })}
            onRemove={() => onOpen({ form: 'remove', group })}
          />
        </div>
      )}
    </li>
  );
}

function Members({ group: { devices } }: { group: Group }) {
  if (devices.length === 0) return <p class="muted small">No devices</p>;
  return (
    <p class="groups-members small">
      {devices.map((id) => (
        <a key={id} href={linkTo({ page: 'device', id })}>
          {devicesById.value.get(id)?.name ?? id}
        </a>
      ))}
    </p>
  );
}

function Removal({ group: { id, name }, onClose }: { group: Group; onClose: () => void }) {
  const own = limits.value.value?.limits.filter(({ target }) => target === id).length ?? 0;
  async function remove() {
    await call('removeGroup', { group: id });
    await refreshHome();
    announce(`The group ${name} is removed.`);
  }
  return (
    <Dialog
      title={`Remove the group ${name}`}
      action="Remove"
      danger
      onConfirm={remove}
      onClose={onClose}
    >
      <p>
        Its devices stay, and so does what they used.
        {own > 0 && (own === 1 ? ' Its limit goes with it.' : ` Its ${own} limits go with it.`)}
      </p>
    </Dialog>
  );
}
