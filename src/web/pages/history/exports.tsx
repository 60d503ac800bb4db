import { mdiDownload, mdiLinkVariant } from '@mdi/js';
import { addressOf } from '../../api/client.ts';
import { Icon } from '../../parts/icon.tsx';
import { announce } from '../../parts/toasts.tsx';
import { selectionOf } from './load.ts';
import type { View } from './view.ts';

/** The view as files that the daemon makes, and as an address. */
export function Exports({ view }: { view: View }) {
  const { from, to, step, split } = view;
  const addressAs = (format: 'csv' | 'json') =>
    addressOf('showUsage', { ...selectionOf(view), step, by: split, format });
  return (
    <div class="row">
      {(['csv', 'json'] as const).map((format) => (
        <a
          key={format}
          class="button"
          href={addressAs(format)}
          download={`lanledger-${from}-${to}-${step}.${format}`}
          aria-label={`Download as ${format.toUpperCase()}`}
        >
          <Icon path={mdiDownload} />
          {format.toUpperCase()}
        </a>
      ))}
      <button type="button" onClick={() => void copyLink()}>
        <Icon path={mdiLinkVariant} />
        Copy link
      </button>
    </div>
  );
}

async function copyLink(): Promise<void> {
  const isCopied = await copyText(location.href);
  announce(
    isCopied
      ? 'The link to this view is copied.'
      : 'This browser does not let the page copy: copy the address from the address bar.',
  );
}

/** Without encryption browsers offer no clipboard, but still the way of old. */
async function copyText(text: string): Promise<boolean> {
  if (navigator.clipboard !== undefined) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return false;
    }
  }
  const focused = document.activeElement as HTMLElement | null;
  const field = document.createElement('textarea');
  field.className = 'visually-hidden';
  field.value = text;
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand('copy');
  field.remove();
  focused?.focus();
  return isCopied;
}
