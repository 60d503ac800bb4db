import { mdiCheck } from '@mdi/js';
import type { Event } from '../../api/operations.ts';
import { formatLongInstant, formatTime } from '../../format/dates.ts';
import { Icon } from '../../parts/icon.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useAction } from '../../state/action.ts';
import { mayWrite } from '../../state/access.ts';
import { acknowledge } from '../../state/attention.ts';
import { devicesById, limits, othersId } from '../../state/home.ts';
import { linkTo } from '../../state/route.ts';
import { eventKinds } from './kinds.ts';

/** One event: when, of which kind, what happened, and the way to what it is about. */
export function EventRow({ event }: { event: Event }) {
  const { id, at, type, message, acknowledged } = event;
  const { label, icon, tone } = eventKinds[type];
  const { run, error } = useAction(() => acknowledge([id]));
  return (
    <li class={acknowledged ? 'events-row' : 'events-row open'}>
      <span class={`events-icon ${tone}`}>
        <Icon path={icon} />
      </span>
      <span class="events-kind">{label}</span>
      <div class="events-message">
        <Message event={event} />
        <Problem class="small" message={error} />
      </div>
      <time class="events-time number muted" dateTime={at} title={formatLongInstant(at)}>
        {formatTime(at)}
      </time>
      {mayWrite.value && !acknowledged && (
        <button
          type="button"
          class="events-acknowledge"
          aria-label={`Acknowledge: ${message}`}
          title="Acknowledge"
          onClick={({ currentTarget }) => {
            focusNext(currentTarget);
            run();
          }}
        >
          <Icon path={mdiCheck} />
          <span>Acknowledge</span>
        </button>
      )}
    </li>
  );
}

/** The button goes with what it did: whoever uses the keyboard goes on at the next one. */
function focusNext(button: HTMLElement) {
  const all = [...document.querySelectorAll<HTMLElement>('.events-acknowledge')];
  const at = all.indexOf(button);
  (all[at + 1] ?? all[at - 1])?.focus({ preventScroll: true });
}

/** The sentence, and the ways to what it is about. */
function Message({ event: { message, device, group, limit } }: { event: Event }) {
  const about = device === othersId ? undefined : devicesById.value.get(device ?? '');
  const isLimited = limits.value.value?.limits.some(({ id }) => id === limit) === true;
  return (
    <p>
      {about === undefined ? message : <WithDevice message={message} {...about} />}{' '}
      {isLimited && (
        <a href={linkTo({ page: 'limits', query: { limit: limit ?? undefined } })}>Limit</a>
      )}
      {group !== null && limit === null && <a href={linkTo({ page: 'limits' })}>Groups</a>}
    </p>
  );
}

/** A device is linked where the sentence names it, or after it, where it had another name then. */
function WithDevice({ message, id, name }: { message: string; id: string; name: string }) {
  const link = <a href={linkTo({ page: 'device', id })}>{name}</a>;
  const at = message.indexOf(name);
  if (at < 0) {
    return (
      <>
        {message} ({link})
      </>
    );
  }
  return (
    <>
      {message.slice(0, at)}
      {link}
      {message.slice(at + name.length)}
    </>
  );
}
