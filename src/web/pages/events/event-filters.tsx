import { Field } from '../../parts/field.tsx';
import { deviceChoices } from '../../parts/target-choices.ts';
import { devicesById } from '../../state/home.ts';
import { replaceQuery, route } from '../../state/route.ts';
import { eventKinds, families } from './kinds.ts';

/** Which events are shown: kind, device and whether they wait; all in the page's address. */
export function EventFilters() {
  const { query } = route.value;
  return (
    <div class="events-filters">
      <Field label="Kind">
        {(id) => (
          <select
            id={id}
            value={query.get('kind') ?? ''}
            onChange={({ currentTarget }) => replaceQuery({ kind: currentTarget.value })}
          >
            <option value="">All kinds</option>
            {families.map(({ id: family, label, types }) => (
              <optgroup key={family} label={label}>
                <option value={family}>All about {label.toLowerCase()}</option>
                {types.map((type) => (
                  <option key={type} value={type}>
                    {eventKinds[type].label}
                  </option>
                ))}
              </optgroup>
            ))}
          </select>
        )}
      </Field>
      <DeviceFilter device={query.get('device') ?? ''} />
      <label class="events-open">
        <input
          type="checkbox"
          checked={query.has('open')}
          onChange={({ currentTarget }) =>
            replaceQuery({ open: currentTarget.checked ? '1' : undefined })
          }
        />
        Not acknowledged only
      </label>
    </div>
  );
}

function DeviceFilter({ device }: { device: string }) {
  const choices = deviceChoices(devicesById.value.values());
  const isKnown = device === '' || devicesById.value.has(device);
  return (
    <Field label="Device">
      {(id) => (
        <select
          id={id}
          value={device}
          onChange={({ currentTarget }) => replaceQuery({ device: currentTarget.value })}
        >
          <option value="">All devices</option>
          {!isKnown && <option value={device}>{device}</option>}
          {choices.map((choice) => (
            <option key={choice.id} value={choice.id}>
              {choice.name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
