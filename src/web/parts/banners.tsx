import { useEffect, useState } from 'preact/hooks';
import { connection, health, home } from '../state/home.ts';

const patienceMs = 10_000;

/** What needs attention wherever one is: the daemon is away, or something is wrong with it. */
export function Banners() {
  const error = home.error.value;
  if (error !== undefined) {
    return (
      <p class="banner danger" role="alert">
        {error.message} This page keeps trying and goes on by itself.
      </p>
    );
  }
  const { status, problems } = health.value.value ?? { problems: [] };
  return (
    <>
      {connection.value === 'away' && <NotLive />}
      {problems.map((problem) => (
        <p key={problem} class={status === 'down' ? 'banner danger' : 'banner'} role="status">
          {problem}
        </p>
      ))}
    </>
  );
}

/** The daemon answers, yet its stream does not come through: told once that lasts. */
function NotLive() {
  const [isLasting, setIsLasting] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIsLasting(true), patienceMs);
    return () => clearTimeout(timer);
  }, []);
  if (!isLasting) return null;
  return (
    <p class="banner" role="status">
      Live numbers do not come through, perhaps because of a proxy between. Everything is refreshed
      every ten seconds instead.
    </p>
  );
}
