'use strict';
// timeout: 150
// pg against a real PostgreSQL: types, transactions, cursors, notifications, TLS; and a server that is killed or stopped under load.
const { test } = require('../../harness');
const { startPostgresql } = require('../../servers/postgresql');
const { Tally, growthOf, sockets, settled } = require('../../servers/load');
const assert = require('assert');
const { once } = require('events');
const { Transform, Writable } = require('stream');
const { pipeline } = require('stream/promises');
const { Client, Pool } = require('pg');
const Cursor = require('pg-cursor');
const QueryStream = require('pg-query-stream');
const options = { timeout: 60000 };

let server;
test('PostgreSQL starts', options, async () => {
  server = await startPostgresql({ tls: true });
});

async function connect(t, more = {}) {
  const client = new Client({ ...server.options, ...more });
  await client.connect();
  t.after(() => client.end());
  return client;
}

test('values of every common type come back as they went', options, async (t) => {
  const client = await connect(t);
  const text =
    'SELECT $1::int4 i, $2::int8 big, $3::float8 f, $4::text t, $5::bytea b, $6::bool y, $7::timestamptz at, $8::jsonb j, $9::text[] a, $10::numeric n, NULL::date d';
  const at = new Date('2024-02-29T12:34:56.789Z');
  const json = { deep: [1, 'é', null, { x: true }] };
  const bytes = Buffer.from([0, 1, 254, 255, 92]);
  const values = [
    -7,
    '9007199254740993',
    1.5e-7,
    "it's \\ \n 🦜",
    bytes,
    true,
    at,
    json,
    ['a', 'b"c', null],
    '12345678901234567890.0001',
  ];
  const { rows, fields, command, rowCount } = await client.query(text, values);
  const [i, big, f, words, , y, , , a, n] = values;
  assert.deepStrictEqual(rows, [{ i, big, f, t: words, b: bytes, y, at, j: json, a, n, d: null }]);
  assert.deepStrictEqual([fields.length, command, rowCount], [11, 'SELECT', 1]);
  const big2 = Buffer.alloc(3_000_001, 'parley');
  const {
    rows: [row],
  } = await client.query({
    text: 'SELECT $1::bytea b, length($1::bytea) n',
    values: [big2],
    rowMode: 'array',
  });
  assert.ok(row[0].equals(big2) && row[1] === big2.length);
});

test('prepared statements, many queries at once on one connection, several results', options, async (t) => {
  const client = await connect(t);
  const query = (n) =>
    client.query({ name: 'square', text: 'SELECT $1::int * $1::int AS square', values: [n] });
  const squares = await Promise.all(Array.from({ length: 500 }, (_, n) => query(n)));
  assert.deepStrictEqual(
    squares.map(({ rows }) => rows[0].square),
    Array.from({ length: 500 }, (_, n) => n * n),
  );
  const results = await client.query('SELECT 1 AS a; SELECT 2 AS b, 3 AS c');
  assert.deepStrictEqual(
    results.map(({ rows }) => rows),
    [[{ a: 1 }], [{ b: 2, c: 3 }]],
  );
});

test('errors carry their SQLSTATE and leave the connection usable', options, async (t) => {
  const client = await connect(t);
  await client.query('CREATE TEMP TABLE accounts (id int PRIMARY KEY, sum int NOT NULL CHECK (sum >= 0))');
  await client.query('INSERT INTO accounts VALUES (1, 100), (2, 0)');
  const fails = (text, code) => assert.rejects(client.query(text), { code });
  await fails('INSERT INTO accounts VALUES (1, 1)', '23505');
  await fails('UPDATE accounts SET sum = -1', '23514');
  await assert.rejects(client.query('SELEC 1'), { code: '42601', severity: 'ERROR', position: '1' });
  await fails('SELECT 1 / 0', '22012');
  await client.query("SET statement_timeout = '50ms'");
  await fails('SELECT pg_sleep(20)', '57014');
  await client.query('BEGIN');
  await client.query('UPDATE accounts SET sum = sum - 30 WHERE id = 1');
  await client.query('SAVEPOINT half');
  await fails('UPDATE accounts SET sum = sum - 1000 WHERE id = 1', '23514');
  await fails('SELECT 1', '25P02'); // the transaction waits for its end
  await client.query('ROLLBACK TO half');
  await client.query('UPDATE accounts SET sum = sum + 30 WHERE id = 2');
  await client.query('COMMIT');
  const { rows } = await client.query('SELECT sum FROM accounts ORDER BY id');
  assert.deepStrictEqual(rows, [{ sum: 70 }, { sum: 30 }]);
});

test('who may come in: wrong password, no such database, nobody there', options, async () => {
  const refused = async (more, expected) => {
    const client = new Client({ ...server.options, ...more });
    await assert.rejects(client.connect(), expected);
    await client.end().catch(() => {});
  };
  await refused({ password: 'wrong' }, { code: '28P01' });
  await refused({ database: 'nowhere' }, { code: '3D000' });
  await refused({ port: 1 }, { code: 'ECONNREFUSED' });
  await refused({ host: server.folder, port: 1 }, { code: 'ENOENT' });
});

test('over TLS with the certificate checked, and over a socket of the file system', options, async (t) => {
  const isEncrypted = async (client) =>
    (await client.query('SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()')).rows[0];
  const secure = await connect(t, { ssl: { ca: server.certificate, servername: 'localhost' } });
  assert.deepStrictEqual(await isEncrypted(secure), { ssl: true, version: 'TLSv1.3' });
  const { rows } = await secure.query("SELECT repeat('parley', 100000) AS long");
  assert.strictEqual(rows[0].long.length, 600000);
  const stranger = new Client({ ...server.options, ssl: { rejectUnauthorized: true } });
  await assert.rejects(stranger.connect(), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  const local = await connect(t, { host: server.folder });
  assert.deepStrictEqual(await isEncrypted(local), { ssl: false, version: null });
});

test('a cursor reads in portions; a stream of 100,000 rows waits for its reader', options, async (t) => {
  const client = await connect(t);
  const cursor = client.query(new Cursor('SELECT generate_series(1, $1::int) AS n', [250]));
  const sizes = [];
  for (let rows = await cursor.read(100); rows.length > 0; rows = await cursor.read(100))
    sizes.push(rows.length);
  assert.deepStrictEqual(sizes, [100, 100, 50]);
  const early = client.query(new Cursor('SELECT generate_series(1, 1000000)'));
  await early.read(1);
  await early.close();
  const rows = client.query(
    new QueryStream("SELECT n, repeat('x', 100) AS x FROM generate_series(1, 100000) n", [], {
      batchSize: 500,
    }),
  );
  let sum = 0;
  let most = 0;
  const half = new Transform({
    objectMode: true,
    transform: (row, _, done) => done(null, row.n % 2 ? row : undefined),
  });
  const add = new Writable({
    objectMode: true,
    write(row, _, done) {
      sum += row.n;
      most = Math.max(most, rows.readableLength);
      row.n % 1000 === 1 ? setImmediate(done) : done();
    },
  });
  await pipeline(rows, half, add);
  assert.strictEqual(sum, 50000 ** 2);
  assert.ok(most <= 1000, `${most} rows were waiting`);
  const stopped = client.query(new QueryStream('SELECT generate_series(1, 1000000) AS n'));
  for await (const { n } of stopped) if (n === 10) break;
  assert.deepStrictEqual((await client.query('SELECT 1 AS one')).rows, [{ one: 1 }]);
});

test('LISTEN and NOTIFY, notices', options, async (t) => {
  const [listener, speaker] = [await connect(t), await connect(t)];
  await listener.query('LISTEN news; LISTEN other');
  const heard = [];
  const all = new Promise((resolve) =>
    listener.on('notification', (n) => heard.push(n) === 101 && resolve()),
  );
  await speaker.query('BEGIN');
  await speaker.query("NOTIFY news, 'never'");
  await speaker.query('ROLLBACK');
  for (let i = 0; i < 100; i++) speaker.query('SELECT pg_notify($1, $2)', ['news', `${i} é`]);
  speaker.query('NOTIFY other');
  await all;
  assert.deepStrictEqual(
    heard.map((n) => n.payload),
    [...Array.from({ length: 100 }, (_, i) => `${i} é`), ''],
  );
  assert.deepStrictEqual([heard[0].channel, heard[100].channel], ['news', 'other']);
  const notice = once(speaker, 'notice');
  await speaker.query("DO $$ BEGIN RAISE WARNING 'careful'; END $$");
  assert.strictEqual((await notice)[0].message, 'careful');
});

test('a pool shares its connections, waits in order, gives up in time', options, async (t) => {
  const pool = new Pool({ ...server.options, max: 3, connectionTimeoutMillis: 2500 });
  t.after(() => pool.end());
  const ids = await Promise.all(
    Array.from({ length: 60 }, () => pool.query('SELECT pg_backend_pid() AS id, pg_sleep(0.001)')),
  );
  assert.ok(new Set(ids.map(({ rows }) => rows[0].id)).size <= 3);
  const held = await Promise.all([pool.connect(), pool.connect(), pool.connect()]);
  await assert.rejects(pool.connect(), /timeout exceeded when trying to connect/);
  const next = pool.connect();
  held[0].release(true); // not to be used again
  held.push(await next);
  for (const client of held.slice(1)) client.release();
  assert.deepStrictEqual([pool.totalCount, pool.idleCount, pool.waitingCount], [3, 3, 0]);
});

test('300 connections come and go: no socket and no memory stays', options, async () => {
  const round = async () => {
    const pool = new Pool({ ...server.options, max: 20 });
    await Promise.all(Array.from({ length: 40 }, () => pool.query('SELECT repeat($1, 1000)', ['parley'])));
    await pool.end();
  };
  const grown = await growthOf(round, 10);
  assert.ok(grown < 1e6, `${grown} bytes more after 200 connections`);
});

/** Writers commit rows through a pool while `disturb` ends and restarts the server; whatever was committed must be there. */
async function liveThrough(table, disturb) {
  const before = sockets();
  const pool = new Pool({ ...server.options, max: 10 });
  const errors = [];
  pool.on('error', (error) => errors.push(error)); // of connections that were idle
  pool.on('connect', (client) => client.on('error', () => {})); // told to whoever waits for a query, too
  await pool.query(`CREATE TABLE ${table} (n int PRIMARY KEY)`);
  const committed = new Tally();
  let next = 0;
  let over = false;
  const write = async () => {
    while (!over) {
      const n = next++;
      let client;
      let failure;
      try {
        client = await pool.connect();
        await client.query('BEGIN');
        await client.query(`INSERT INTO ${table} VALUES ($1)`, [n]);
        await client.query('COMMIT');
        committed.add(n);
      } catch (error) {
        failure = error;
        errors.push(error);
        await new Promise(setImmediate); // and on with the next
      }
      client?.release(failure);
    }
  };
  const writers = Array.from({ length: 20 }, write);
  await committed.reaches(500);
  await disturb();
  await committed.reaches(committed.size + 500); // they go on
  over = true;
  await Promise.all(writers);
  const { rows } = await pool.query(`SELECT n FROM ${table}`);
  const there = new Set(rows.map((row) => row.n));
  const lost = [...committed].filter((n) => !there.has(n));
  assert.deepStrictEqual(lost, []);
  await pool.end();
  await settled(() => sockets() <= before, 'the sockets of lost connections are closed');
  return new Set(errors.map((error) => error.code ?? error.message));
}

test('killed under load: no committed row is lost, the pool goes on', options, async () => {
  const errors = await liveThrough('killed', async () => {
    await server.kill();
    await server.start();
  });
  const known = [
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    '57P01',
    '57P03',
    'Connection terminated unexpectedly',
    'Client has encountered a connection error and is not queryable',
  ];
  assert.deepStrictEqual(
    [...errors].filter((e) => !known.includes(e)),
    [],
  );
  assert.ok(errors.size > 0, 'nobody noticed');
});

test('stopped under load: who waits is told 57P01, no committed row is lost', options, async () => {
  const waiting = new Client(server.options);
  await waiting.connect();
  const told = new Promise((resolve) => waiting.on('error', resolve));
  const errors = await liveThrough('stopped', async () => {
    await server.stop();
    await server.start();
  });
  assert.strictEqual((await told).code, '57P01'); // who was writing may get a reset instead
  await waiting.end();
  assert.ok(errors.size > 0, 'nobody noticed');
});

test('PostgreSQL ends, and nothing of it stays', options, async () => {
  await server.close();
  assert.ok(!require('fs').existsSync(server.folder));
});
