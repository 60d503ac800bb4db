import { Missing } from '../../parts/missing.tsx';
import type { Resource } from '../../state/resource.ts';

/** In place of a chart, and as high as it with all that stands below. */
export function NoBars({ resource }: { resource: Resource<unknown> }) {
  return (
    <div class="device-no-bars">
      <Missing resource={resource}>No internet traffic in this time.</Missing>
    </div>
  );
}
