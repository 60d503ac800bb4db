import { connection, health, home } from '../state/home.ts';

/** What needs attention wherever one is: the daemon is away, or something is wrong with it. */
export function Banners() {
  if (connection.value === 'away' || home.error.value !== undefined) {
    return (
      <p class="banner danger" role="alert">
        {home.error.value?.message ?? 'LanLedger does not answer.'} This page goes on by itself as
        soon as it does.
      </p>
    );
  }
  const problems = health.value.value?.problems ?? [];
  return (
    <>
      {problems.map((problem) => (
        <p key={problem} class="banner" role="status">
          {problem}
        </p>
      ))}
    </>
  );
}
