import { linkTo } from '../../state/route.ts';

/** What stands for all that is not itemised, and has no page. */
export const othersId = 'other';

interface DeviceLinkProps {
  id: string;
  name: string;
}

/** A device's name, on one line, linked to its page. */
export function DeviceLink({ id, name }: DeviceLinkProps) {
  if (id === othersId) return <span class="overview-name">{name}</span>;
  return (
    <a class="overview-name" href={linkTo({ page: 'device', id })} title={name}>
      {name}
    </a>
  );
}
