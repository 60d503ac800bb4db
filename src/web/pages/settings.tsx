import { computed, useSignalEffect } from '@preact/signals';
import { connection, lastEvent } from '../state/home.ts';
import { AccessNote } from './settings/access-note.tsx';
import { About } from './settings/about.tsx';
import { Appearance } from './settings/appearance.tsx';
import { configuration } from './settings/configuration.ts';
import { ConfigurationTable } from './settings/configuration-table.tsx';
import { LogOut } from './settings/log-out.tsx';
import './settings.css';

/** The event that told of it. */
const lastChange = computed(() =>
  lastEvent.value?.type === 'configuration-changed' ? lastEvent.value.id : undefined,
);

export function Settings() {
  useSignalEffect(() => {
    // A daemon that was away may have come back with other settings.
    void [connection.value, lastChange.value];
    void configuration.refresh();
  });
  return (
    <>
      <div class="page-head">
        <h1>Settings</h1>
        <LogOut />
      </div>
      <AccessNote />
      <div class="cards">
        <Appearance />
        <About />
        <ConfigurationTable />
      </div>
    </>
  );
}
