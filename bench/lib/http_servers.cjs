'use strict';
// The servers of bench/http. As a program: starts the one named on the command line and prints its port.
const http = require('node:http');

const MEGABYTE = Buffer.alloc(1 << 20, 'x');

const servers = {
  hello: () =>
    http.createServer((req, res) => {
      res.setHeader('Content-Type', 'text/plain');
      res.end('Hello, World!\n');
    }),
  koa() {
    const Koa = require('koa');
    const Router = require('@koa/router');
    const app = new Koa();
    const router = new Router();
    router.get('/', (ctx) => {
      ctx.body = { hello: 'world' };
    });
    app.use(router.routes()).use(router.allowedMethods());
    return http.createServer(app.callback());
  },
  download: () =>
    http.createServer((req, res) => {
      res.setHeader('Content-Length', MEGABYTE.length);
      res.end(MEGABYTE);
    }),
  upload: () =>
    http.createServer((req, res) => {
      let length = 0;
      req.on('data', (chunk) => {
        length += chunk.length;
      });
      req.on('end', () => res.end(String(length)));
    }),
};

const server = servers[process.argv[2]]();
server.keepAliveTimeout = 0; // connections stay
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
