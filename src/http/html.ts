import { createHash } from 'node:crypto';
import type { Response } from 'express';

/** A page that works without scripts, too. Everything but `style` must be escaped already. */
export interface Page {
  title: string;
  style: string;
  /** More lines of the head. */
  head?: string;
  body: string;
}

/** The look of the dashboard (`web/styles/theme.css`), which these pages cannot fetch before the login. */
const common = `:root {
  color-scheme: light dark;
  --page: light-dark(#f4f6f9, #0f141b);
  --surface: light-dark(#ffffff, #171e28);
  --line: light-dark(#dde3ea, #2a3442);
  --line-strong: light-dark(#7b8796, #6d7b8d);
  --text: light-dark(#18212d, #e7ecf3);
  --muted: light-dark(#556170, #9fabbb);
  --accent: light-dark(#0a5fb8, #7ab8ff);
  --on-accent: light-dark(#ffffff, #08131f);
  font: 0.9375rem/1.5 system-ui, 'Segoe UI', Roboto, 'Noto Sans', sans-serif;
  color: var(--text);
  background: var(--page);
}
*, *::before, *::after { box-sizing: border-box; }
body, h1, p { margin: 0; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }`;

export function sendPage(response: Response, { title, style, head = '', body }: Page): void {
  const css = `${common}\n${style}`;
  const hash = createHash('sha256').update(css).digest('base64');
  response.set({
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': `default-src 'none';script-src 'self';style-src 'sha256-${hash}';img-src data:;base-uri 'none';form-action 'self';frame-ancestors 'self'`,
    // With no-referrer, browsers would send forms with "Origin: null".
    'Referrer-Policy': 'same-origin',
  });
  response.end(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${head}<link rel="icon" href="data:,">
<title>${title}</title>
<style>${css}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`);
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
