import { mdiArrowDownBold, mdiArrowUpBold } from '@mdi/js';
import { Icon } from '../../parts/icon.tsx';

const directions = {
  download: { icon: mdiArrowDownBold, name: 'Download' },
  upload: { icon: mdiArrowUpBold, name: 'Upload' },
};

/** The arrow and the word of a direction, in its colour. */
export function Direction({ of }: { of: 'download' | 'upload' }) {
  const { icon, name } = directions[of];
  return (
    <span class={`overview-direction ${of}`}>
      <Icon path={icon} />
      {name}
    </span>
  );
}

/** A small figure of one direction; the arrow stands for the word. */
export function Directed({ of, children }: { of: 'download' | 'upload'; children: string }) {
  const { icon, name } = directions[of];
  return (
    <span class="overview-directed">
      <span class={of}>
        <Icon path={icon} />
      </span>
      <span class="visually-hidden">{name} </span>
      {children}
    </span>
  );
}
