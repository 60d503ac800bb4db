import { Refusal, Unreachable } from '../api/client.ts';

/** Takes this browser's token away and leads to the login. Rejects like `call`. */
export async function logOut(): Promise<void> {
  // The answer is a redirect to the login page: it is gone to below, not fetched.
  const response = await fetch(new URL('logout', document.baseURI), {
    method: 'POST',
    redirect: 'manual',
  }).catch((error: unknown) => {
    throw new Unreachable(error);
  });
  if (response.type !== 'opaqueredirect' && !response.ok) {
    const detail = `LanLedger refused to log out, with status ${response.status}.`;
    throw new Refusal({ status: response.status, detail });
  }
  location.assign(new URL('login', document.baseURI));
}
