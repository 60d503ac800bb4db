import type { ComponentChildren } from 'preact';
import type { Resource } from '../state/resource.ts';

/** In place of what is not there: still loading, failed, or nothing yet. */
export function Missing({
  resource,
  children,
}: {
  resource: Pick<Resource<unknown>, 'value' | 'error' | 'refresh'>;
  /** Said when the answer came and is empty. */
  children?: ComponentChildren;
}) {
  if (resource.error.value !== undefined) {
    return (
      <div class="empty" role="alert">
        <p class="error">{resource.error.value.message}</p>
        <button type="button" onClick={() => void resource.refresh()}>
          Try again
        </button>
      </div>
    );
  }
  if (resource.value.value === undefined)
    return (
      <div class="empty" aria-busy="true">
        Loading…
      </div>
    );
  return <div class="empty">{children}</div>;
}
