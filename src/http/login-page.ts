import { createHash } from 'node:crypto';
import type { Response } from 'express';

export interface LoginPage {
  status: number;
  /** One sentence above the form. */
  message: string;
  /** Where a login leads: a path of this server. */
  next: string;
  /** Opens the page once more from here. Browsers keep our cookie back when a link on another website led here. */
  retry?: boolean;
}

const style = `:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 26rem; margin: 15vh auto 0; padding: 0 1rem; }
label, input, button { display: block; box-sizing: border-box; width: 100%; font: inherit; }
input, button { margin: 0.5rem 0 1rem; padding: 0.5rem; }`;
const styleHash = createHash('sha256').update(style).digest('base64');

const headers = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': `default-src 'none';style-src 'sha256-${styleHash}';img-src data:;base-uri 'none';form-action 'self';frame-ancestors 'none'`,
  // With no-referrer, browsers would send the form with "Origin: null".
  'Referrer-Policy': 'same-origin',
};

/** A page with one sentence and a form for the token; works without scripts. */
export function sendLoginPage(response: Response, page: LoginPage): void {
  response.status(page.status).set(headers);
  response.end(renderLoginPage(page));
}

function renderLoginPage({ message, next, retry = false }: LoginPage): string {
  const target = `/login?next=${encodeURIComponent(next)}`;
  const refresh = retry ? `<meta http-equiv="refresh" content="0; url=${escape(target)}">\n` : '';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${refresh}<link rel="icon" href="data:,">
<title>LanLedger: log in</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>LanLedger</h1>
<p role="status">${escape(message)}</p>
<form method="post" action="/login">
<input type="hidden" name="next" value="${escape(next)}">
<label for="token">Access token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<button>Log in</button>
</form>
</main>
</body>
</html>
`;
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
