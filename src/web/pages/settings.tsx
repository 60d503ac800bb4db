import { useEffect } from 'preact/hooks';
import { useSignalEffect } from '@preact/signals';
import { connection, lastEvent } from '../state/home.ts';
import { About } from './settings/about.tsx';
import { Appearance } from './settings/appearance.tsx';
import { configuration } from './settings/configuration.ts';
import { ConfigurationTable } from './settings/configuration-table.tsx';
import { LogOut } from './settings/log-out.tsx';
import './settings.css';

export function Settings() {
  useEffect(() => void configuration.refresh(), []);
  useSignalEffect(() => {
    // A daemon that was away may have come back with other settings.
    if (connection.value === 'live') void configuration.refresh();
  });
  useSignalEffect(() => {
    if (lastEvent.value?.type === 'configuration-changed') void configuration.refresh();
  });
  return (
    <>
      <div class="page-head">
        <h1>Settings</h1>
        <LogOut />
      </div>
      <div class="cards">
        <Appearance />
        <About />
        <ConfigurationTable />
      </div>
    </>
  );
}
