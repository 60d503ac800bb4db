import { computed, signal } from '@preact/signals';

/** Where the user is: `#/devices/001122334455?step=day` is page `devices`, id `001122334455` and a query. */
export interface Route {
  page: string;
  id: string | undefined;
  query: URLSearchParams;
}

const hash = signal(location.hash);
addEventListener('hashchange', () => {
  hash.value = location.hash;
});

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
  history.replaceState(null, '', target);
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
