import { connection } from '../state/home.ts';

const words = { connecting: 'Connecting…', live: 'Live', away: 'Not connected' };

/** Whether what is shown is live. */
export function ConnectionState() {
  const state = connection.value;
  return (
    <p class="connection">
      <span class={state === 'live' ? 'dot on' : 'dot'} />
      {words[state]}
    </p>
  );
}
