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

const style = `main { max-width: 26rem; margin: 15vh auto 0; padding: 0 1rem; }
label, input, button { display: block; box-sizing: border-box; width: 100%; font: inherit; }
input, button { margin: 0.5rem 0 1rem; padding: 0.5rem; }`;

/** A page with one sentence and a form for the token. */
export function sendLoginPage(request: Request, response: Response, page: LoginPage): void {
  const { status, message, next, retry = false } = page;
  const login = `${prefixOf(request)}/login`;
  const target = escapeHtml(`${login}?next=${encodeURIComponent(next)}`);
  sendPage(response.status(status), {
    title: 'LanLedger: log in',
    style,
    head: retry ? `<meta http-equiv="refresh" content="0; url=${target}">\n` : '',
    body: `<h1>LanLedger</h1>
<p role="status">${escapeHtml(message)}</p>
<form method="post" action="${login}">
<input type="hidden" name="next" value="${escapeHtml(next)}">
<label for="token">Access token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<button>Log in</button>
</form>`,
  });
}
