import { othersId } from '../../state/home.ts';
import { linkTo } from '../../state/route.ts';

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
