import { Refusal, Unreachable } from '../api/client.ts';

/** Home Assistant shows its apps below such a path, to those who are logged in there. */
export function isInHomeAssistant(): boolean {
  return new URL(document.baseURI).pathname.startsWith('/api/hassio_ingress/');
}

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
