// The page's files. A path is looked up under one folder and never leaves it; only plain files are served.
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { extname, join, resolve, sep } from 'node:path';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};

/** The file of a URL path, or null. Hidden files, tests and files of other types are not there. */
async function locate(root, path) {
  let name;
  try {
    name = decodeURIComponent(path);
  } catch {
    return null;
  }
  if (name.includes('\0') || name.split('/').some((part) => part.startsWith('.'))) return null;
  if (name.endsWith('/')) name += 'index.html';
  const file = resolve(join(root, name));
  if (!Object.hasOwn(TYPES, extname(file)) || /(\.test\.m?js|[/\\]package\.json)$/.test(file)) return null;
  try {
    const real = await realpath(file);
    if (!real.startsWith(root + sep)) return null;
    const info = await stat(real);
    return info.isFile() ? { real, info } : null;
  } catch {
    return null;
  }
}

/** Koa middleware for GET and HEAD. @param {string} folder */
export function staticFiles(folder) {
  const root = realpath(folder).catch(() => resolve(folder));
  return async (ctx, next) => {
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return next();
    const found = await locate(await root, ctx.path);
    if (!found) return next();
    const { real, info } = found;
    ctx.status = 200;
    ctx.type = TYPES[extname(real)];
    ctx.set('Cache-Control', 'no-cache');
    ctx.etag = `${info.size.toString(16)}-${Math.trunc(info.mtimeMs).toString(16)}`;
    if (ctx.fresh) {
      ctx.status = 304;
      return;
    }
    ctx.length = info.size;
    if (ctx.method === 'GET') ctx.body = createReadStream(real);
  };
}
