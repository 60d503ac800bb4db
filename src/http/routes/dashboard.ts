import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { RequestHandler } from 'express';
import sirv from 'sirv';
import { AppError } from '../../base/errors.ts';
import { prefixOf } from '../prefix.ts';
import type { Handler } from '../router.ts';

/** Where the build puts the dashboard; the sources find it there, too. */
const built = new URL(
  import.meta.url.endsWith('.ts') ? '../../../dist/web/' : '../../web/',
  import.meta.url,
);
const yearSeconds = 31_536_000;

export interface Dashboard {
  /** `GET /`: the page. */
  page: Handler;
  /** Scripts, styles and pictures of the page, compressed when they were built. */
  files: RequestHandler;
}

/** Serves the dashboard out of `folder`. The names of files in `assets/` change with their content. */
export function createDashboard(folder: URL = built): Dashboard {
  const index = new URL('index.html', folder);
  let page: string | undefined;
  let serve: RequestHandler | undefined;
  return {
    page({ request, response }) {
      if (page === undefined && !existsSync(index)) throw notBuilt();
      page ??= readFileSync(index, 'utf8');
      const base = `<base href="${prefixOf(request)}/">`;
      response.set('Cache-Control', 'private, no-cache');
      response.type('html').send(page.replace('<head>', `<head>${base}`));
    },

    files(request, response, next) {
      if (!/^\/(?:assets\/|icon\.svg$|manifest\.webmanifest$)/.test(request.path)) return next();
      serve ??= sirv(fileURLToPath(folder), { brotli: true, gzip: true, etag: true, setHeaders });
      return serve(request, response, next);
    },
  };
}

function setHeaders(response: { setHeader(name: string, value: string): void }, path: string) {
  const age = path.startsWith('/assets/') ? `max-age=${yearSeconds}, immutable` : 'no-cache';
  response.setHeader('Cache-Control', `private, ${age}`);
}

function notBuilt(): AppError {
  return new AppError(
    'DASHBOARD_MISSING',
    'The dashboard is not built: run "npm run build" in the folder of LanLedger.',
  );
}
