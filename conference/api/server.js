// The HTTP side of the server: /api/join, /health, REST under / and /v1, the page, and the upgrade of /ws.
import { createServer } from 'node:http';
import Router from '@koa/router';
import Koa from 'koa';
import bodyParser from 'koa-bodyparser';
import { Failure } from '../errors.js';
import { logger } from '../log.js';
import { refuseUpgrade } from '../portal/portal.js';
import { joinRoute } from './join.js';
import { authenticate } from './mauth.js';
import { roomsRouter } from './rooms.js';
import { staticFiles } from './static.js';

const log = logger('api');
const REST = /^(?:\/v1)?\/(?:rooms|services|test)(?:\/|$)/;
const HEADERS_MS = 10000;
const REQUEST_MS = 30000;
const KEEP_ALIVE_MS = 5000;
const STATUS = {
  'bad-request': 400,
  unauthorized: 401,
  forbidden: 403,
  'not-found': 404,
  'method-not-allowed': 405,
  timeout: 503,
  conflict: 409,
  'too-large': 413,
  'unsupported-type': 415,
  'rate-limited': 429,
  'no-worker': 503,
};
const CODE_OF_STATUS = {
  400: 'bad-request',
  404: 'not-found',
  405: 'method-not-allowed',
  413: 'too-large',
  415: 'unsupported-type',
};

/** Every error becomes { error: { code, message } }; what is not a Failure or a client's mistake is told to the log only. */
async function errors(ctx, next) {
  try {
    await next();
    if (ctx.status === 404 && ctx.body == null) throw new Failure('not-found', 'there is nothing here');
    if (ctx.status === 405 || ctx.status === 501)
      throw new Failure('method-not-allowed', `${ctx.method} is not for this path`);
  } catch (error) {
    const clientError = error.status >= 400 && error.status < 500;
    let { code, message } = error;
    if (!(error instanceof Failure)) {
      code = clientError ? (CODE_OF_STATUS[error.status] ?? 'bad-request') : 'internal';
      message = clientError ? String(error.message).slice(0, 200) : 'internal error';
      if (!clientError) log.error(`${ctx.method} ${ctx.path.slice(0, 200)}:`, error);
    }
    ctx.status = STATUS[code] ?? 500;
    if (code === 'unauthorized') ctx.set('WWW-Authenticate', 'MAuth realm="parley"');
    ctx.body = { error: { code, message } };
  }
}

async function headers(ctx, next) {
  ctx.set('X-Content-Type-Options', 'nosniff');
  ctx.set('Referrer-Policy', 'no-referrer');
  await next();
}

/** Bodies are JSON; anything else is refused instead of ignored. */
async function jsonOnly(ctx, next) {
  const hasBody = Number(ctx.get('content-length')) > 0 || ctx.get('transfer-encoding') !== '';
  if (hasBody && !ctx.is('json', '+json'))
    throw new Failure('unsupported-type', 'the body must be application/json');
  await next();
}

/** @param deps { bus, store, tokens, portal, config, webDir, serviceId, health: () => object } */
export function createApp(deps) {
  const { store, config, webDir } = deps;
  const app = new Koa({ proxy: config.http.trustProxy });
  app.silent = true; // errors are logged above
  app.on('error', (error) => log.debug('koa:', error.message)); // a client that went away
  const parse = bodyParser({
    enableTypes: ['json'],
    extendTypes: { json: ['application/json', 'application/json-patch+json'] },
    jsonLimit: config.api.maxBodyBytes,
    strict: true,
  });
  const open = new Router();
  open.post('/api/join', joinRoute({ ...deps, settings: config.portal }));
  open.get('/health', (ctx) => {
    ctx.body = deps.health();
    ctx.status = ctx.body.status === 'ready' ? 200 : 503;
  });
  const rest = roomsRouter({ ...deps, settings: config.room });

  app.use(errors).use(headers);
  app.use(async (ctx, next) => {
    // Before the body is read: who is not known gets nothing parsed.
    if (!REST.test(ctx.path)) return next();
    Object.assign(ctx.state, await authenticate(ctx.get('authorization'), { store, ...config.api }));
    if (ctx.path.startsWith('/v1/')) ctx.path = ctx.path.slice(3);
    return next();
  });
  app.use(jsonOnly).use(parse);
  app.use(open.routes()).use(open.allowedMethods());
  app.use(rest.routes()).use(rest.allowedMethods());
  app.use(staticFiles(webDir));
  return app;
}

/** Listens; rejects when the port cannot be had. @returns the http.Server */
export async function listen(app, portal, { host, port, maxConnections }) {
  const server = createServer(app.callback());
  server.headersTimeout = HEADERS_MS;
  server.requestTimeout = REQUEST_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.maxConnections = maxConnections;
  server.on('upgrade', (request, socket, head) => {
    if (request.url.split('?')[0] === '/ws') return portal.upgrade(request, socket, head);
    refuseUpgrade(socket, '404 Not Found');
  });
  server.on('clientError', (error, socket) => {
    if (socket.writable && error.code !== 'ECONNRESET') refuseUpgrade(socket, '400 Bad Request');
    else socket.destroy();
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      server.on('error', (error) => log.error('the HTTP server:', error));
      resolve();
    });
  });
  return server;
}
