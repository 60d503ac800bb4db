import type { Request, Response } from 'express';
import { escapeHtml, sendPage } from './html.ts';
import { prefixOf } from './prefix.ts';

export interface LoginPage {
  status: number;
  /** One sentence above the form. */
  message: string;
  /** Where a login leads: a path of this server. */
  next: string;
  /** Opens the page once more from here. Browsers keep our cookie back when a link on another website led here. */
  retry?: boolean;
}

const style = `body { display: grid; place-items: center; min-height: 100vh; min-height: 100dvh; padding: 1rem; }
main { width: min(26rem, 100%); padding: 2rem; border: 1px solid var(--line); border-radius: 0.625rem; background: var(--surface); box-shadow: 0 1px 2px light-dark(rgb(16 24 40 / 8%), rgb(0 0 0 / 30%)); }
h1 { display: flex; align-items: center; gap: 0.75rem; margin-bottom: 1rem; font-size: 1.5rem; line-height: 1.2; letter-spacing: -0.01em; }
h1 svg { flex: none; width: 2.25rem; height: 2.25rem; }
p { margin-bottom: 1.5rem; overflow-wrap: anywhere; }
label { display: block; margin-bottom: 0.25rem; color: var(--muted); font-size: 0.8125rem; }
input, button { width: 100%; min-height: 2.75rem; padding: 0.25rem 0.75rem; border: 1px solid var(--line-strong); border-radius: 0.4rem; background: var(--surface); color: inherit; font: inherit; }
button { margin-top: 1rem; border-color: var(--accent); background: var(--accent); color: var(--on-accent); font-weight: 600; cursor: pointer; }`;

/** The dashboard's icon (`web/public/icon.svg`). */
const icon =
  '<svg viewBox="0 0 64 64" aria-hidden="true"><rect width="64" height="64" rx="14" fill="#0a5fb8"/><path d="M14 46V30m12 16V18m12 28V26m12 20V36" stroke="#fff" stroke-width="7" stroke-linecap="round"/><path d="M12 54h40" stroke="#7ab8ff" stroke-width="3" stroke-linecap="round"/></svg>';

/** A page with one sentence and a form for the token. */
export function sendLoginPage(request: Request, response: Response, page: LoginPage): void {
  const { status, message, next, retry = false } = page;
  const login = `${prefixOf(request)}/login`;
  const target = escapeHtml(`${login}?next=${encodeURIComponent(next)}`);
  const again = retry ? ` data-retry="${target}"` : '';
  sendPage(response.status(status), {
    title: 'LanLedger: log in',
    style,
    head: `${retry ? `<noscript><meta http-equiv="refresh" content="0; url=${target}"></noscript>\n` : ''}<script src="${login}.js"${again} defer></script>\n`,
    body: `<h1>${icon} LanLedger</h1>
<p role="status">${escapeHtml(message)}</p>
<form method="post" action="${login}">
<input type="hidden" name="next" value="${escapeHtml(next)}">
<label for="token">Access token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<button>Log in</button>
</form>`,
  });
}

/**
 * `/login.js`: what stands behind the # of an address, which browsers keep to themselves, is where a login leads, too.
 */
export const loginScript = `const { next } = document.forms[0].elements;
next.value += location.hash;
const { retry } = document.querySelector('script').dataset;
if (retry !== undefined) location.replace(retry + encodeURIComponent(location.hash));
`;
