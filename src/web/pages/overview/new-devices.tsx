import type { RefObject } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import type { Event } from '../../api/operations.ts';
import { formatAgo } from '../../format/dates.ts';
import { Card } from '../../parts/card.tsx';
import { Missing } from '../../parts/missing.tsx';
import { NameEditor } from '../../parts/name-editor.tsx';
import { Problem } from '../../parts/problem.tsx';
import { announce } from '../../parts/toasts.tsx';
import { mayWrite } from '../../state/access.ts';
import { acknowledge } from '../../state/attention.ts';
import { devicesById, home, refreshHome } from '../../state/home.ts';
import { DeviceLink } from './device-link.tsx';
import { newDevices } from './recent.ts';

const shown = 6;

/** Devices that were seen for the first time, until somebody has looked at them. Nothing where there are none. */
export function NewDevices() {
  const events = newDevices.value.value?.events;
  if (events?.length === 0) return null;
  if (events === undefined) {
    return (
      <Card title="New devices">
        <Missing resource={newDevices} />
      </Card>
    );
  }
  return <List events={events} />;
}

function List({ events }: { events: readonly Event[] }) {
  const list = useRef<HTMLUListElement>(null);
  const [isWhole, setIsWhole] = useState(false);
  const { error, acknowledgeOne, acknowledgeAll } = useAcknowledgement(list);
  return (
    <Card
      title={events.length === 1 ? '1 new device' : `${events.length} new devices`}
      actions={
        mayWrite.value &&
        events.length > 1 && (
          <button type="button" onClick={() => acknowledgeAll(events)}>
            Acknowledge all
          </button>
        )
      }
    >
      <Problem message={error} />
      <ul class="overview-new" ref={list}>
        {(isWhole ? events : events.slice(0, shown)).map((event) => (
          <li key={event.id}>
            <NewDevice event={event} />
            {mayWrite.value && (
              <button
                type="button"
                class="overview-acknowledge"
                aria-label={`Acknowledge ${nameOf(event)}`}
                // The second click of two would meet the next device, which takes the place of this one.
                onClick={({ detail }) => detail < 2 && acknowledgeOne(event)}
              >
                Acknowledge
              </button>
            )}
          </li>
        ))}
      </ul>
      {events.length > shown && (
        <button type="button" class="plain" onClick={() => setIsWhole(!isWhole)}>
          {isWhole ? 'Show fewer' : `Show all ${events.length}`}
        </button>
      )}
    </Card>
  );
}

function useAcknowledgement(list: RefObject<HTMLElement>) {
  const [error, setError] = useState<string>();
  async function acknowledgeThese(events: readonly Event[], message: string) {
    const at = buttonsOf(list.current).indexOf(document.activeElement as HTMLElement);
    try {
      await acknowledge(events.map(({ id }) => id));
      await newDevices.refresh();
      setError(undefined);
      announce(message);
      focusAfter(list.current, at);
    } catch (reason) {
      setError((reason as Error).message);
    }
  }
  return {
    error,
    acknowledgeOne: (event: Event) =>
      void acknowledgeThese([event], `${nameOf(event)} is acknowledged.`),
    acknowledgeAll: (events: readonly Event[]) =>
      void acknowledgeThese(events, 'All new devices are acknowledged.'),
  };
}

/** The button that had the focus is gone: the one in its place, or else the page, takes it. */
function focusAfter(list: HTMLElement | null, at: number): void {
  requestAnimationFrame(() => {
    const buttons = list?.isConnected === true ? buttonsOf(list) : [];
    const next = buttons[Math.min(Math.max(at, 0), buttons.length - 1)];
    (next ?? document.getElementById('main'))?.focus({ preventScroll: true });
  });
}

function buttonsOf(list: HTMLElement | null): HTMLElement[] {
  return [...(list?.querySelectorAll<HTMLElement>('.overview-acknowledge') ?? [])];
}

function NewDevice({ event }: { event: Event }) {
  const device = deviceOf(event);
  const seen = formatAgo(event.at, Date.parse(home.value.value?.at ?? event.at));
  if (device === undefined) {
    return (
      <div class="overview-new-facts">
        <p>{event.message}</p>
        <p class="muted small">{seen}</p>
      </div>
    );
  }
  const { id, name, vendor, addresses, mac } = device;
  return (
    <div class="overview-new-facts">
      <NameEditor name={name} onSave={(text) => rename(id, text)}>
        <DeviceLink id={id} name={name} />
      </NameEditor>
      <p class="muted small">
        {device.randomisedMac ? 'Private address' : (vendor ?? 'Unknown maker')}, {seen}
      </p>
      <p class="muted small overview-addresses">
        <span>{addresses[0]}</span>
        <span>{mac}</span>
      </p>
    </div>
  );
}

async function rename(id: string, text: string) {
  await call('updateDevice', { device: id, name: text === '' ? null : text });
  await refreshHome();
}

function nameOf(event: Event): string {
  return deviceOf(event)?.name ?? event.message;
}

/** The device, or the one that it has become part of. */
function deviceOf({ device: id }: Event) {
  if (id === null) return undefined;
  const devices = devicesById.value;
  return devices.get(id) ?? [...devices.values()].find(({ merged }) => merged.includes(id));
}
