import { mdiLogout } from '@mdi/js';
import { Icon } from '../../parts/icon.tsx';
import { useAction } from '../../state/action.ts';
import { logOut } from '../../state/session.ts';
import { settingOf } from './configuration.ts';

/** Takes this browser's access away; not there where nobody needs any. */
export function LogOut() {
  const { run, error, isBusy } = useAction(logOut);
  const auth = settingOf('http.auth');
  if (auth === undefined || auth === 'none') return null;
  return (
    <div class="row">
      {error !== undefined && (
        <p class="error" role="alert">
          {error}
        </p>
      )}
      <button type="button" disabled={isBusy} onClick={run}>
        <Icon path={mdiLogout} />
        Log out
      </button>
    </div>
  );
}
