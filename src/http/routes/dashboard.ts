import { existsSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RequestHandler } from 'express';
import { AppError } from '../../base/errors.ts';
import { prefixOf } from '../prefix.ts';
import { refuseMethod } from '../problem.ts';
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

const filePattern = /^\/(?:assets\/[\w-]+(?:\.[\w-]+)+|icon\.svg|manifest\.webmanifest)$/;
const suffixes = { br: '.br', gzip: '.gz' } as const;

/** Serves the dashboard out of `folder`, which may be built anew at any time. */
export function createDashboard(folder: URL = built): Dashboard {
  const root = fileURLToPath(folder);
  return {
    page({ request, response }) {
      const index = join(root, 'index.html');
      if (!existsSync(index)) throw notBuilt();
      const base = `<base href="${prefixOf(request)}/">`;
      const page = readFileSync(index, 'utf8').replace('<head>', `<head>${base}`);
      response.set('Cache-Control', 'private, no-cache').type('html').send(page);
    },

    files(request, response, next) {
      const path = filePattern.exec(request.path)?.[0];
      const encoding = request.acceptsEncodings('br', 'gzip') as keyof typeof suffixes | false;
      if (path === undefined) return next();
      const compressed = encoding === false ? undefined : path + suffixes[encoding];
      const found = [compressed, path].find((each) => each && existsSync(join(root, each)));
      if (found === undefined) return next();
      if (!['GET', 'HEAD'].includes(request.method)) return refuseMethod(response, 'GET, HEAD');
      response.type(extname(path)).vary('Accept-Encoding').set('Cache-Control', cachingOf(path));
      if (encoding !== false && found === compressed) response.set('Content-Encoding', encoding);
      const options = { root, cacheControl: false, acceptRanges: false };
      return response.sendFile(found, options, (error) => {
        // It was built anew in this moment; a browser that went away is nobody's fault.
        if (error !== undefined && !response.headersSent) {
          response.removeHeader('Content-Encoding');
          response.set('Cache-Control', 'no-store');
          next();
        }
      });
    },
  };
}

/** The names of files in `assets/` change with their content. */
function cachingOf(path: string): string {
  const age = path.startsWith('/assets/') ? `max-age=${yearSeconds}, immutable` : 'no-cache';
  return `private, ${age}`;
}

function notBuilt(): AppError {
  return new AppError(
    'DASHBOARD_MISSING',
    'The dashboard is not built: run "npm run build" in the folder of LanLedger.',
  );
}
