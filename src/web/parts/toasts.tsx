import { mdiClose } from '@mdi/js';
import { signal } from '@preact/signals';
import { Icon } from './icon.tsx';

interface Message {
  text: string;
  isError: boolean;
}

const shownMs = 6_000;
const messages = signal<readonly Message[]>([]);

/** Tells the user, and those who listen to the page, in one sentence; it goes away by itself. */
export function announce(text: string): void {
  const message = { text, isError: false };
  // A dialog that has done its work closes first: what is said outside of it is not heard before.
  setTimeout(() => {
    messages.value = [...messages.value, message];
    setTimeout(dismiss, shownMs, message);
  });
}

/** Tells why something that was asked for elsewhere than in a form was not done; it stays until it is dismissed. */
export function complain(text: string): void {
  messages.value = [...messages.value, { text, isError: true }];
}

function dismiss(message: Message): void {
  messages.value = messages.value.filter((each) => each !== message);
}

export function Toasts() {
  return (
    <div class="toasts" role="status">
      {messages.value.map((message) => (
        <p key={message}>
          {message.text}
          {message.isError && (
            <button type="button" aria-label="Dismiss" onClick={() => dismiss(message)}>
              <Icon path={mdiClose} />
            </button>
          )}
        </p>
      ))}
    </div>
  );
}
