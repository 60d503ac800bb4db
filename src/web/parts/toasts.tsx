import { signal } from '@preact/signals';

const shownMs = 6_000;
const messages = signal<readonly { id: number; text: string }[]>([]);
let lastId = 0;

/** Tells the user, and those who listen to the page, in one sentence; it goes away by itself. */
export function announce(message: string): void {
  lastId += 1;
  messages.value = [...messages.value, { id: lastId, text: message }];
  setTimeout(() => {
    messages.value = messages.value.slice(1);
  }, shownMs);
}

export function Toasts() {
  return (
    <div class="toasts" role="status">
      {messages.value.map(({ id, text }) => (
        <p key={id}>{text}</p>
      ))}
    </div>
  );
}
