import { mdiBell, mdiChartBar, mdiCog, mdiDevices, mdiTarget, mdiViewDashboard } from '@mdi/js';
import type { ComponentType } from 'preact';
import { useErrorBoundary, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Banners } from './parts/banners.tsx';
import { ConnectionState } from './parts/connection-state.tsx';
import { Icon } from './parts/icon.tsx';
import { Toasts } from './parts/toasts.tsx';
import { isAccessClear } from './state/access.ts';
import { attentionCount } from './state/attention.ts';
import { linkTo, route, scrollToPlace } from './state/route.ts';

type Page = ComponentType<{ id: string | undefined }>;

/** Each page is fetched when it is first opened. */
const pages: Record<string, { title: string; load: () => Promise<Page> }> = {
  overview: {
    title: 'Overview',
    load: async () => (await import('./pages/overview.tsx')).Overview,
  },
  devices: { title: 'Devices', load: async () => (await import('./pages/devices.tsx')).Devices },
  device: { title: 'Device', load: async () => (await import('./pages/device.tsx')).Device },
  history: { title: 'History', load: async () => (await import('./pages/history.tsx')).History },
  limits: { title: 'Limits', load: async () => (await import('./pages/limits.tsx')).Limits },
  events: { title: 'Events', load: async () => (await import('./pages/events.tsx')).Events },
  settings: {
    title: 'Settings',
    load: async () => (await import('./pages/settings.tsx')).Settings,
  },
};

/** Pages that were open before are there at once. */
const loadedPages = new Map<string, Page>();

const links = [
  { page: 'overview', icon: mdiViewDashboard },
  { page: 'devices', icon: mdiDevices },
  { page: 'history', icon: mdiChartBar },
  { page: 'limits', icon: mdiTarget },
  { page: 'events', icon: mdiBell },
  { page: 'settings', icon: mdiCog },
];

export function App() {
  const { page, id } = route.value;
  return (
    <div class="shell">
      <a class="skip button" href={location.hash} onClick={skipToMain}>
        Skip to the page
      </a>
      <nav class="navigation" aria-label="Pages">
        <a class="brand" href={linkTo({ page: 'overview' })}>
          <img src="./icon.svg" alt="" />
          LanLedger
        </a>
        <ul>
          {links.map(({ page: name, icon }) => (
            <li key={name}>
              <a
                href={linkTo({ page: name })}
                aria-current={isWithin(page, name) ? 'page' : undefined}
              >
                <Icon path={icon} />
                {pages[name]?.title}
                {name === 'events' && <Waiting />}
              </a>
            </li>
          ))}
        </ul>
        <div class="navigation-foot">
          <ConnectionState />
        </div>
      </nav>
      <main class="page" id="main" tabIndex={-1}>
        <Banners />
        <OpenPage key={`${page}/${id ?? ''}`} name={page} id={id} />
      </main>
      <Toasts />
    </div>
  );
}

/** How many events wait to be acknowledged. */
function Waiting() {
  const count = attentionCount.value;
  if (count === '') return null;
  return (
    <span class="count">
      {count}
      <span class="visually-hidden"> not acknowledged</span>
    </span>
  );
}

function OpenPage({ name, id }: { name: string; id: string | undefined }) {
  const page = Object.hasOwn(pages, name) ? pages[name] : undefined;
  const [loaded, setLoaded] = useState({ Page: loadedPages.get(name) });
  const [isMissing, setIsMissing] = useState(false);
  const [failure] = useErrorBoundary((error) => console.error(error));
  const isFirst = useRef(document.title === 'LanLedger');
  useLayoutEffect(() => {
    document.title = `${page?.title ?? 'Nothing here'} · LanLedger`;
    // Those who cannot see that the page changed are put at its beginning.
    if (!isFirst.current) document.getElementById('main')?.focus({ preventScroll: true });
    scrollToPlace();
    if (loaded.Page !== undefined) return;
    page
      ?.load()
      .then((Page) => {
        loadedPages.set(name, Page);
        return setLoaded({ Page });
      })
      .catch(() => setIsMissing(true));
  }, [page]);
  if (page === undefined) return <Nowhere />;
  if (isMissing || failure !== undefined) {
    return (
      <div class="empty" role="alert">
        <p class="error">This page could not be loaded. LanLedger may have been updated: reload.</p>
        <button type="button" onClick={() => location.reload()}>
          Reload
        </button>
      </div>
    );
  }
  if (loaded.Page === undefined || !isAccessClear.value) return <h1>{page.title}</h1>;
  return <loaded.Page id={id} />;
}

function Nowhere() {
  return (
    <>
      <h1>Nothing here</h1>
      <p>
        This address leads nowhere. <a href={linkTo({ page: 'overview' })}>Go to the overview.</a>
      </p>
    </>
  );
}

function isWithin(page: string, link: string): boolean {
  return page === link || (page === 'device' && link === 'devices');
}

function skipToMain(event: Event) {
  event.preventDefault();
  document.getElementById('main')?.focus();
}
