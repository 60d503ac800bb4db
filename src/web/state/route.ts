import { computed, signal } from '@preact/signals';

/** Where the user is: `#/devices/001122334455?step=day` is page `devices`, id `001122334455` and a query. */
export interface Route {
  page: string;
  id: string | undefined;
  query: URLSearchParams;
}

const hash = signal(location.hash);

// Browsers look for the old place before the page that had it is there.
history.scrollRestoration = 'manual';
if (history.state === null) history.replaceState('seen', '');
/** How far down one was at the addresses that one left, in pixels. */
const places = new Map<string, number>();
let place = 0;

addEventListener('hashchange', ({ oldURL, newURL }) => {
  places.set(oldURL, scrollY);
  const isNew = history.state === null;
  place = isNew ? 0 : (places.get(newURL) ?? 0);
  // Not of old ones: who goes back twice, and fast, would be kept from it.
  if (isNew) history.replaceState('seen', '');
  hash.value = location.hash;
});

/** Scrolls a page that was opened to its top, and one that was gone back to where one was. */
export function scrollToPlace(): void {
  scrollTo(0, place);
}

export const route = computed<Route>(() => {
  const [path = '', query = ''] = hash.value.replace(/^#\/?/, '').split('?');
  const [page = '', id] = path.split('/').map(decode);
  return { page: page === '' ? 'overview' : page, id, query: new URLSearchParams(query) };
});

export interface Target {
  page: string;
  id?: string | undefined;
  query?: Record<string, string | undefined>;
}

/** The address of a page; members of the query that are undefined or empty are left out. */
export function linkTo({ page, id, query = {} }: Target): string {
  const path = [page, ...(id === undefined ? [] : [id])].map(encodeURIComponent).join('/');
  const entries = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const search = new URLSearchParams(entries as [string, string][]).toString();
  return `#/${path}${search === '' ? '' : `?${search}`}`;
}

/** Changes the query of the page one is on; going back leads to where one was before the page. */
export function replaceQuery(changes: Record<string, string | undefined>): void {
  const target = linkToQuery(changes);
  history.replaceState(history.state, '', target);
  hash.value = target;
}

/** Changes the query of the page one is on; going back leads to the query before. */
export function pushQuery(changes: Record<string, string | undefined>): void {
  location.hash = linkToQuery(changes);
}

/** The address of the page one is on with another query. */
export function linkToQuery(changes: Record<string, string | undefined>): string {
  const { page, id, query } = route.value;
  return linkTo({ page, id, query: { ...Object.fromEntries(query), ...changes } });
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
