/* oxlint-disable jsx-a11y/no-redundant-roles, jsx-a11y/no-interactive-element-to-noninteractive-role, jsx-a11y/control-has-associated-label --
   browsers forget that a table is one where a style sheet makes blocks of it, unless its roles are given. */
import type { Setting } from '../../api/operations.ts';
import { Card } from '../../parts/card.tsx';
import { Missing } from '../../parts/missing.tsx';
import { replaceQuery, route } from '../../state/route.ts';
import { configuration, sourceText, valueText } from './configuration.ts';

const sections: Record<string, string> = {
  '': 'General',
  capture: 'Capture',
  networks: 'Networks',
  devices: 'Devices',
  names: 'Names',
  store: 'Ledger',
  billing: 'Billing',
  mqtt: 'MQTT',
  homeAssistant: 'Home Assistant',
  http: 'HTTP',
  log: 'Log',
};

/** All settings with value, origin and meaning; search and filter are in the page's address. */
export function ConfigurationTable() {
  const { query } = route.value;
  const search = query.get('search') ?? '';
  const all = configuration.value.value?.settings ?? [];
  const shown = all.filter(
    (setting) => fits(setting, search) && (!query.has('set') || setting.source !== 'default'),
  );
  return (
    <Card title="Configuration">
      <p class="muted">
        Settings are made in the configuration file or by environment variables; here they can be
        read.
      </p>
      <div class="settings-filters">
        <label class="field">
          <span class="label">Search settings</span>
          <input
            type="search"
            value={search}
            onInput={({ currentTarget }) => replaceQuery({ search: currentTarget.value })}
          />
        </label>
        <label class="settings-only">
          <input
            type="checkbox"
            checked={query.has('set')}
            onChange={({ currentTarget }) =>
              replaceQuery({ set: currentTarget.checked ? '1' : undefined })
            }
          />
          Without defaults
        </label>
        <p class="muted small" role="status">
          {all.length > 0 && `${shown.length} of ${all.length} settings`}
        </p>
      </div>
      {shown.length === 0 ? (
        <Missing resource={configuration}>No such settings.</Missing>
      ) : (
        <Table settings={shown} />
      )}
    </Card>
  );
}

function Table({ settings }: { settings: readonly Setting[] }) {
  return (
    <table role="table" class="settings-table">
      <caption class="visually-hidden">Configuration</caption>
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader" scope="col">
            Setting
          </th>
          <th role="columnheader" scope="col">
            Value
          </th>
          <th role="columnheader" scope="col">
            From
          </th>
          <th role="columnheader" scope="col">
            A change needs
          </th>
        </tr>
      </thead>
      {bySection(settings).map(([section, those]) => (
        <tbody key={section} role="rowgroup">
          <tr role="row" class="settings-section">
            <th role="rowheader" colSpan={4} scope="rowgroup">
              {sections[section] ?? section}
            </th>
          </tr>
          {those.map((setting) => (
            <Row key={setting.key} setting={setting} />
          ))}
        </tbody>
      ))}
    </table>
  );
}

function Row({ setting }: { setting: Setting }) {
  const { key, source, reloadable, description } = setting;
  const text = valueText(setting);
  return (
    <tr role="row">
      <th role="rowheader" scope="row">
        <code>{key}</code>
        <p class="muted small">{description}</p>
      </th>
      <td role="cell" class="settings-value" data-label="Value">
        {text === '' ? <span class="muted small">Empty</span> : <code>{text}</code>}
      </td>
      <td role="cell" class={source === 'default' ? 'small muted' : 'small'} data-label="From">
        {sourceText(setting)}
      </td>
      <td role="cell" class="small" data-label="A change needs">
        {reloadable ? 'A reload (SIGHUP)' : 'A restart'}
      </td>
    </tr>
  );
}

function bySection(settings: readonly Setting[]): [string, Setting[]][] {
  const found = new Map<string, Setting[]>();
  for (const setting of settings) {
    const section = setting.key.includes('.') ? (setting.key.split('.')[0] ?? '') : '';
    const those = found.get(section);
    if (those === undefined) found.set(section, [setting]);
    else those.push(setting);
  }
  return [...found];
}

function fits(setting: Setting, search: string): boolean {
  const section = sections[setting.key.split('.')[0] ?? ''] ?? '';
  const text = [setting.key, section, valueText(setting), sourceText(setting), setting.description];
  return text.join(' ').toLowerCase().includes(search.trim().toLowerCase());
}
