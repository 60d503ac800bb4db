import { mdiLogout } from '@mdi/js';
import { Icon } from '../../parts/icon.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useAction } from '../../state/action.ts';
import { isInHomeAssistant, logOut } from '../../state/session.ts';
import { settingOf } from './configuration.ts';

/** Takes this browser's access away; not there where nobody needs any. */
export function LogOut() {
  const { run, error } = useAction(logOut);
  const auth = settingOf('http.auth');
  if (auth === undefined || auth === 'none' || isInHomeAssistant()) return null;
  return (
    <div class="row">
      <Problem message={error} />
      <button type="button" onClick={run}>
        <Icon path={mdiLogout} />
        Log out
      </button>
    </div>
  );
}
