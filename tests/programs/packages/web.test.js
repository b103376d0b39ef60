'use strict';
// timeout: 120
// What web programs are put together from: sessions, uploads, log-in, compression, tokens, GraphQL, mail; and clients that live through a restart.
const { test } = require('../../harness');
const assert = require('assert');
const crypto = require('crypto');
const { once } = require('events');
const fs = require('fs');
const http = require('http');
const net = require('net');
const { Readable } = require('stream');
const zlib = require('zlib');
const express = require('express');
const supertest = require('supertest');
const { folder } = require('./run');
const options = { timeout: 30000 };

async function listen(t, handler, port = 0) {
  const server = http.createServer(handler).listen(port, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  t.after(() => server.closeAllConnections());
  return server;
}

test('helmet, cors, compression, morgan: what goes around every answer', options, async () => {
  const app = express();
  const lines = [];
  app.use(
    require('morgan')(':method :url :status :res[content-encoding]', {
      stream: { write: (line) => lines.push(line.trim()) },
    }),
  );
  app.use(require('helmet')(), require('cors')({ origin: 'https://page.test', credentials: true }));
  app.use(require('compression')({ threshold: 100 }));
  app.get('/big', (req, res) => res.json({ text: 'parley '.repeat(10000) }));
  app.get('/events', (req, res) => {
    res.type('text/event-stream').write('data: 1\n\n');
    res.flush();
    setImmediate(() => res.end('data: 2\n\n'));
  });
  const big = await supertest(app).get('/big').set('accept-encoding', 'gzip').expect(200);
  assert.strictEqual(big.body.text.length, 70000);
  assert.strictEqual(big.headers['content-encoding'], 'gzip');
  assert.match(big.headers['content-security-policy'], /default-src 'self'/);
  assert.deepStrictEqual(
    [big.headers['access-control-allow-origin'], big.headers['x-powered-by']],
    ['https://page.test', undefined],
  );
  await supertest(app)
    .options('/big')
    .set('access-control-request-method', 'PUT')
    .expect(204)
    .expect('access-control-allow-methods', /PUT/);
  const events = await supertest(app).get('/events').set('accept-encoding', 'deflate').buffer(true);
  assert.strictEqual(events.text, 'data: 1\n\ndata: 2\n\n');
  assert.deepStrictEqual(
    lines,
    ['GET /big 200 gzip', 'OPTIONS /big 204 -', 'GET /events 200 deflate'],
    lines.join(),
  );
});

test('express-session, passport, bcryptjs, jsonwebtoken: logging in', options, async () => {
  const session = require('express-session');
  const { Passport } = require('passport');
  const { Strategy } = require('passport-local');
  const bcrypt = require('bcryptjs');
  const jwt = require('jsonwebtoken');
  const { privateKey, publicKey } = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const users = [{ id: 1, name: 'ada', hash: await bcrypt.hash('engine', 6) }];
  const passport = new Passport();
  passport.use(
    new Strategy({ usernameField: 'name' }, async (name, password, done) => {
      const user = users.find((u) => u.name === name);
      done(null, user && (await bcrypt.compare(password, user.hash)) ? user : false);
    }),
  );
  passport.serializeUser((user, done) => done(null, user.id));
  passport.deserializeUser((id, done) =>
    done(
      null,
      users.find((u) => u.id === id),
    ),
  );
  const app = express();
  app.use(
    session({ secret: 'of the test', resave: false, saveUninitialized: false }),
    express.urlencoded({ extended: true }),
  );
  app.use(passport.initialize(), passport.session());
  app.post('/login', passport.authenticate('local'), (req, res) =>
    res.send(jwt.sign({ sub: req.user.name }, privateKey, { algorithm: 'ES256', expiresIn: 60 })),
  );
  app.get('/me', (req, res) => (req.isAuthenticated() ? res.send(req.user.name) : res.sendStatus(401)));
  app.post('/logout', (req, res, next) => req.logout((error) => (error ? next(error) : res.end())));
  const agent = supertest.agent(app);
  await agent.get('/me').expect(401);
  await agent.post('/login').type('form').send({ name: 'ada', password: 'wrong' }).expect(401);
  const { text } = await agent
    .post('/login')
    .type('form')
    .send({ name: 'ada', password: 'engine' })
    .expect(200);
  assert.strictEqual(jwt.verify(text, publicKey, { algorithms: ['ES256'] }).sub, 'ada');
  assert.throws(() => jwt.verify(`${text.slice(0, -4)}AAAA`, publicKey), { name: 'JsonWebTokenError' });
  const old = jwt.sign({}, 'shared', { expiresIn: -1 });
  assert.throws(() => jwt.verify(old, 'shared'), { name: 'TokenExpiredError' });
  await agent.get('/me').expect(200, 'ada');
  await agent.post('/logout').expect(200);
  await agent.get('/me').expect(401);
});

test('multer: files and fields of a form, to disk and to memory, limits', options, async (t) => {
  const multer = require('multer');
  const dest = folder(t);
  const app = express();
  const toDisk = multer({ dest, limits: { fileSize: 2_000_000 } });
  app.post('/disk', toDisk.array('files', 3), (req, res) =>
    res.json({
      fields: req.body,
      files: req.files.map((f) => [f.originalname, f.size, fs.statSync(f.path).size]),
    }),
  );
  app.post('/memory', multer({ storage: multer.memoryStorage() }).single('one'), (req, res) =>
    res.send(crypto.createHash('sha256').update(req.file.buffer).digest('hex')),
  );
  app.use((error, req, res, next) => (res.headersSent ? next(error) : res.status(413).send(error.code)));
  const bytes = crypto.randomBytes(1_500_000);
  const request = supertest(app).post('/disk').field('name', 'é').field('list[]', 'a').field('list[]', 'b');
  const { body } = await request
    .attach('files', bytes, 'big.bin')
    .attach('files', Buffer.from('x'), 'small.txt')
    .expect(200);
  assert.deepStrictEqual(body, {
    fields: { name: 'é', list: ['a', 'b'] },
    files: [
      ['big.bin', 1500000, 1500000],
      ['small.txt', 1, 1],
    ],
  });
  await supertest(app)
    .post('/disk')
    .attach('files', Buffer.alloc(2_000_001), 'too-big')
    .expect(413, 'LIMIT_FILE_SIZE');
  // The same with the form of fetch.
  const server = await listen(t, app);
  const form = new FormData();
  form.append('one', new Blob([bytes]), 'one.bin');
  const answer = await fetch(`http://127.0.0.1:${server.address().port}/memory`, {
    method: 'POST',
    body: form,
  });
  assert.strictEqual(await answer.text(), crypto.createHash('sha256').update(bytes).digest('hex'));
});

test('graphql over graphql-http: queries, variables, mistakes', options, async () => {
  const { buildSchema } = require('graphql');
  const { createHandler } = require('graphql-http/lib/use/express');
  const schema = buildSchema(
    'type Query { room(id: ID!): Room } type Room { id: ID!, people(first: Int = 2): [String!]! fail: Int }',
  );
  const room = ({ id }) => ({
    id,
    people: async ({ first }) => ['ada', 'grace', 'edsger'].slice(0, first),
    fail: () => {
      throw new Error('no such thing');
    },
  });
  const app = express();
  app.all('/graphql', createHandler({ schema, rootValue: { room } }));
  const ask = (query, variables) => supertest(app).post('/graphql').send({ query, variables });
  const good = await ask('query ($n: Int) { room(id: 7) { id people(first: $n) } }', { n: 1 });
  assert.deepStrictEqual(good.body, { data: { room: { id: '7', people: ['ada'] } } });
  const half = await ask('{ room(id: 7) { people fail } }');
  assert.deepStrictEqual(half.body.data.room, { people: ['ada', 'grace'], fail: null });
  assert.deepStrictEqual(half.body.errors[0].path, ['room', 'fail']);
  assert.match((await ask('{ nothing }')).body.errors[0].message, /Cannot query field "nothing"/);
});

test('koa with koa-compress: gzip and br of a stream and of text', options, async (t) => {
  const Koa = require('koa');
  const app = new Koa();
  app.use(require('koa-compress')({ threshold: 50 }));
  app.use((ctx) => {
    const parts = ['a'.repeat(5000), 'b'.repeat(5000)];
    ctx.type = 'text/plain';
    ctx.body = ctx.path === '/stream' ? Readable.from(parts) : parts.join('');
  });
  const server = await listen(t, app.callback());
  const unpack = { gzip: zlib.gunzipSync, br: zlib.brotliDecompressSync };
  for (const encoding of ['gzip', 'br']) {
    for (const where of ['/stream', '/text']) {
      const req = http.get({
        port: server.address().port,
        path: where,
        headers: { 'accept-encoding': encoding },
      });
      const [res] = await once(req, 'response');
      const body = Buffer.concat(await res.toArray());
      assert.strictEqual(res.headers['content-encoding'], encoding);
      assert.strictEqual(String(unpack[encoding](body)), 'a'.repeat(5000) + 'b'.repeat(5000));
    }
  }
});

/** A mail server that takes everything: lines in, answers out. */
function mailSink(t, mails) {
  const server = net.createServer((socket) => {
    let text = '';
    let mail = { to: [] };
    let data = false;
    const answer = (line) => socket.write(`${line}\r\n`);
    const command = (line) => {
      const [verb] = line.toUpperCase().split(' ');
      if (verb === 'EHLO') return answer('250-sink\r\n250-PIPELINING\r\n250 AUTH PLAIN');
      if (verb === 'AUTH') mail.auth = Buffer.from(line.split(' ')[2], 'base64').toString();
      if (verb === 'AUTH') return answer('235 welcome');
      if (verb === 'MAIL') mail.from = line;
      if (verb === 'RCPT' && line.includes('nobody')) return answer('550 no such user');
      if (verb === 'RCPT') mail.to.push(line);
      if (verb === 'DATA' && mail.to.length === 0) return answer('554 for whom?');
      if (verb === 'DATA') data = true;
      return verb === 'QUIT' ? socket.end('221 bye\r\n') : answer(verb === 'DATA' ? '354 go on' : '250 ok');
    };
    answer('220 sink');
    socket.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
      for (let end; (end = text.indexOf(data ? '\r\n.\r\n' : '\r\n')) !== -1;) {
        const part = text.slice(0, end);
        text = text.slice(end + (data ? 5 : 2));
        if (!data) command(part);
        else {
          data = false;
          mails.push({ ...mail, content: part });
          mail = { to: [] };
          answer('250 taken');
        }
      }
    });
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  t.after(() => server.close());
  return once(server, 'listening').then(() => server.address().port);
}

test('nodemailer: a pool, text and HTML, an attachment, someone who is not there', options, async (t) => {
  const mails = [];
  const port = await mailSink(t, mails);
  const transport = require('nodemailer').createTransport({
    host: '127.0.0.1',
    port,
    pool: true,
    maxConnections: 2,
    ignoreTLS: true,
    auth: { user: 'ada', pass: 'engine' },
  });
  t.after(() => transport.close());
  const send = (n, to = `p${n}@room.test`) =>
    transport.sendMail({
      from: 'Ada <ada@room.test>',
      to,
      subject: `é ${n}`,
      text: 'plain',
      html: '<b>html</b>',
      attachments: [{ filename: 'a.bin', content: Buffer.alloc(100000, n) }],
    });
  const sent = await Promise.all(Array.from({ length: 10 }, (_, n) => send(n)));
  assert.deepStrictEqual(
    sent.map((s) => s.accepted.length),
    Array(10).fill(1),
  );
  assert.strictEqual(mails.length, 10);
  const first = mails.find((mail) => mail.to[0].includes('p3@room.test'));
  assert.match(first.content, /Subject: =\?UTF-8\?[QB]\?[^]*multipart\/mixed[^]*<b>html<\/b>/);
  assert.ok(first.content.replaceAll('\r\n', '').includes(Buffer.alloc(99, 3).toString('base64')));
  assert.ok(mails.some((mail) => mail.auth === '\0ada\0engine'));
  await assert.rejects(send(11, 'nobody@room.test'), { code: 'EENVELOPE', responseCode: 550 });
});

test('socket.io and axios live through a restart of the server', options, async (t) => {
  const { Server } = require('socket.io');
  const { io } = require('socket.io-client');
  const axios = require('axios');
  const start = async (port) => {
    const server = await listen(t, (req, res) => res.end(`from ${port ? 'the second' : 'the first'}`), port);
    const sockets = new Server(server);
    sockets.on('connection', (socket) => {
      socket.on('join', (room, done) => (socket.join(room), done()));
      socket.on('say', (room, text) => socket.to(room).emit('said', text));
    });
    return { server, sockets, port: server.address().port };
  };
  const first = await start(0);
  const url = `http://127.0.0.1:${first.port}`;
  const clients = Array.from({ length: 3 }, () =>
    io(url, { reconnectionDelay: 20, reconnectionDelayMax: 50, forceNew: true }),
  );
  t.after(() => clients.forEach((client) => client.close()));
  const event = (client, name) => new Promise((resolve) => client.once(name, resolve));
  const agent = new http.Agent({ keepAlive: true });
  t.after(() => agent.destroy());
  const talk = async () => {
    for (const client of clients) if (!client.connected) await event(client, 'connect');
    await clients[0].timeout(5000).emitWithAck('join', 'a');
    await clients[1].timeout(5000).emitWithAck('join', 'a');
    await clients[2].timeout(5000).emitWithAck('join', 'b');
    const strange = [];
    clients[2].once('said', (text) => strange.push(text));
    const said = event(clients[1], 'said');
    clients[0].emit('say', 'a', 'hello');
    assert.strictEqual(await said, 'hello');
    assert.deepStrictEqual(strange, []);
    return (await axios.get(url, { httpAgent: agent })).data;
  };
  assert.strictEqual(await talk(), 'from the first');
  const lost = Promise.all(clients.map((client) => event(client, 'disconnect')));
  await first.sockets.close();
  assert.deepStrictEqual(await lost, Array(3).fill('transport close'));
  await assert.rejects(axios.get(url, { httpAgent: agent }), { code: 'ECONNREFUSED' });
  const second = await start(first.port);
  t.after(() => second.sockets.close());
  assert.strictEqual(await talk(), 'from the second');
});

test('knex writes SQL for three dialects', options, () => {
  const knex = require('knex');
  const write = (client) =>
    knex({ client })('rooms')
      .join('people', 'rooms.id', 'people.room')
      .where('people.name', 'like', 'a%')
      .whereIn('rooms.id', [1, 2])
      .orderBy('rooms.id')
      .limit(5)
      .select('rooms.*')
      .toSQL()
      .toNative();
  const pg = write('pg');
  assert.strictEqual(
    pg.sql,
    'select "rooms".* from "rooms" inner join "people" on "rooms"."id" = "people"."room" where "people"."name" like $1 and "rooms"."id" in ($2, $3) order by "rooms"."id" asc limit $4',
  );
  assert.deepStrictEqual(pg.bindings, ['a%', 1, 2, 5]);
  assert.match(write('mysql2').sql, /^select `rooms`\.\* from `rooms`/);
});
