'use strict';
// Functions and aggregates that SQL calls, recorded changes and backups of `node:sqlite`, as Node.js 22 documents them.
// runs-on: parley,node
const assert = require('assert');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { pathToFileURL } = require('url');
const { test } = require('../../tests/harness');

function load() {
  try {
    return require('node:sqlite');
  } catch {
    return require('../../build/addon/sqlite.node');
  }
}
const { DatabaseSync, Session, StatementSync, backup, constants } = load();
const open = () => new DatabaseSync(':memory:');
const one = (db, sql, ...values) => db.prepare(sql).get(...values).r;

test('SQL calls functions with its values and takes theirs', () => {
  const db = open();
  const seen = [];
  db.function('f', (...values) => {
    seen.push(values);
    return 1;
  });
  db.function('echo', (value) => value);
  db.function('list', { varargs: true }, (...values) => values.length);
  db.function('big', { useBigIntArguments: true, deterministic: true }, (n) => n + 1n);
  assert.strictEqual(one(db, 'SELECT f() AS r'), 1);
  for (const value of [5, 1.5, 'h\u00e9', null, new Uint8Array([1, 0]), new Uint8Array(0)]) {
    assert.deepStrictEqual(one(db, 'SELECT echo(?) AS r', value), value);
  }
  assert.strictEqual(one(db, 'SELECT list(1, 2, 3) AS r'), 3);
  assert.strictEqual(one(db, 'SELECT big(9007199254740990) AS r'), 9007199254740991);
  db.function('none', () => {});
  assert.strictEqual(one(db, 'SELECT none() AS r'), null);
  assert.throws(() => db.prepare('SELECT echo(1, 2)'), /wrong number of arguments/);
  db.close();
});

test('what a function throws or cannot give ends the statement', () => {
  const db = open();
  const mine = new Error('mine');
  db.function('bad', () => {
    throw mine;
  });
  db.function('later', async () => 1);
  db.function('object', () => ({}));
  db.function('huge', () => 2n ** 64n);
  db.function('plain', (n) => n);
  const get = (sql) => () => db.prepare(sql).get();
  assert.throws(get('SELECT bad()'), (error) => error === mine);
  assert.throws(
    () => db.exec('SELECT bad()'),
    (error) => error === mine,
  );
  assert.throws(get('SELECT later()'), { code: 'ERR_SQLITE_ERROR', message: /Asynchronous/ });
  assert.throws(get('SELECT object()'), { code: 'ERR_SQLITE_ERROR', message: /cannot be converted/ });
  assert.throws(get('SELECT huge()'), { code: 'ERR_SQLITE_ERROR', message: /too large/ });
  assert.throws(get('SELECT plain(9007199254740993)'), { code: 'ERR_OUT_OF_RANGE' });
  assert.strictEqual(one(db, 'SELECT plain(1) AS r'), 1);
  db.close();
});

test('arguments of function() and aggregate() are checked', () => {
  const db = open();
  const type = { code: 'ERR_INVALID_ARG_TYPE' };
  assert.throws(() => db.function(1, () => {}), {
    ...type,
    message: 'The "name" argument must be a string.',
  });
  assert.throws(() => db.function('f'), { ...type, message: 'The "function" argument must be a function.' });
  assert.throws(() => db.function('f', null, () => {}), type);
  assert.throws(() => db.function('f', { varargs: 1 }, () => {}), {
    ...type,
    message: 'The "options.varargs" argument must be a boolean.',
  });
  assert.throws(() => db.aggregate('a', {}), type);
  assert.throws(() => db.aggregate('a', { start: 0 }), { ...type, message: /options\.step/ });
  assert.throws(() => db.aggregate('a', { start: 0, step() {}, result: 1 }), type);
  assert.throws(() => DatabaseSync.prototype.close.call(db.prepare('SELECT 1')), TypeError);
  assert.throws(() => StatementSync.prototype.get.call(db), TypeError);
  db.close();
  assert.throws(() => db.function('f', () => {}), { code: 'ERR_INVALID_STATE' });
});

test('a function may use its database, but neither close it nor run the statement that calls it', () => {
  const db = open();
  db.exec('CREATE TABLE t (a); INSERT INTO t VALUES (1), (2)');
  db.function('total', () => one(db, 'SELECT sum(a) AS r FROM t'));
  assert.strictEqual(one(db, 'SELECT total() AS r'), 3);
  db.function('closing', () => db.close());
  assert.throws(() => db.prepare('SELECT closing()').get(), { code: 'ERR_INVALID_STATE' });
  let statement = null;
  db.function('again', () => statement.get());
  statement = db.prepare('SELECT again()');
  assert.throws(() => statement.get(), { code: 'ERR_INVALID_STATE' });
  const rows = db.prepare('SELECT again() FROM t');
  statement = rows;
  assert.throws(() => [...rows.iterate()], { code: 'ERR_INVALID_STATE' });
  db.close();
});

test('aggregates gather rows, by group, empty ones too, and over windows', () => {
  const db = open();
  db.exec("CREATE TABLE t (k, n); INSERT INTO t VALUES ('a', 1), ('a', 2), ('b', 5)");
  db.aggregate('total', { start: 0, step: (sum, n) => sum + n });
  db.aggregate('joined', {
    start: () => [],
    step: (list, n) => [...list, n],
    result: (list) => list.join('-'),
  });
  const rows = db.prepare('SELECT k, total(n) AS s, joined(n) AS j FROM t GROUP BY k ORDER BY k').all();
  assert.deepStrictEqual(
    rows.map((row) => ({ ...row })),
    [
      { k: 'a', s: 3, j: '1-2' },
      { k: 'b', s: 5, j: '5' },
    ],
  );
  assert.strictEqual(one(db, 'SELECT joined(n) AS r FROM t WHERE 0'), '');
  db.aggregate('moving', { start: 0, step: (sum, n) => sum + n, inverse: (sum, n) => sum - n });
  const windows = db
    .prepare('SELECT moving(n) OVER (ORDER BY n ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS m FROM t')
    .all();
  assert.deepStrictEqual(
    windows.map(({ m }) => m),
    [1, 3, 7],
  );
  const mine = new Error('mine');
  for (const part of ['start', 'step', 'result']) {
    const parts = { start: () => 0, step: (sum) => sum, result: (sum) => sum };
    parts[part] = () => {
      throw mine;
    };
    db.aggregate('broken', { ...parts, varargs: true });
    assert.throws(
      () => db.prepare('SELECT broken(n) FROM t').get(),
      (error) => error === mine,
    );
  }
  db.close();
});

test('a changeset carries what one database changed to another', () => {
  const make = () => {
    const db = open();
    db.exec("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t VALUES (1, 'one')");
    db.exec('CREATE TABLE other (id INTEGER PRIMARY KEY)');
    return db;
  };
  const [a, b, c] = [make(), make(), make()];
  const session = a.createSession();
  assert.ok(session instanceof Session);
  const narrow = a.createSession({ table: 'other' });
  a.exec(
    "INSERT INTO t VALUES (2, 'two'); UPDATE t SET v = 'uno' WHERE id = 1; INSERT INTO other VALUES (7)",
  );
  const changes = session.changeset();
  assert.ok(changes instanceof Uint8Array && session.patchset().length < changes.length);
  assert.strictEqual(b.applyChangeset(changes), true);
  assert.deepStrictEqual(
    b
      .prepare('SELECT v FROM t ORDER BY id')
      .all()
      .map(({ v }) => v),
    ['uno', 'two'],
  );
  assert.strictEqual(c.applyChangeset(narrow.changeset()), true);
  assert.strictEqual(one(c, 'SELECT count(*) AS r FROM t'), 1);
  assert.strictEqual(one(c, 'SELECT count(*) AS r FROM other'), 1);
  narrow.close();
  assert.throws(() => narrow.changeset(), { code: 'ERR_INVALID_STATE', message: 'session is not open' });
  a.close();
  assert.throws(() => session.changeset(), { code: 'ERR_INVALID_STATE', message: 'database is not open' });
});

test('conflicts are decided by the program', () => {
  const [a, b] = [open(), open()];
  for (const db of [a, b]) db.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, v)');
  const session = a.createSession();
  a.exec("INSERT INTO t VALUES (1, 'a')");
  b.exec("INSERT INTO t VALUES (1, 'b')");
  const changes = session.changeset();
  assert.strictEqual(b.applyChangeset(changes), false);
  const kinds = [];
  const onConflict = (answer) => (kind) => {
    kinds.push(kind);
    return answer;
  };
  assert.strictEqual(
    b.applyChangeset(changes, { onConflict: onConflict(constants.SQLITE_CHANGESET_OMIT) }),
    true,
  );
  assert.strictEqual(one(b, 'SELECT v AS r FROM t'), 'b');
  assert.strictEqual(b.applyChangeset(changes, { filter: () => false }), true);
  b.applyChangeset(changes, { onConflict: onConflict(constants.SQLITE_CHANGESET_REPLACE) });
  assert.strictEqual(one(b, 'SELECT v AS r FROM t'), 'a');
  assert.deepStrictEqual(kinds, [constants.SQLITE_CHANGESET_CONFLICT, constants.SQLITE_CHANGESET_CONFLICT]);
  const mine = new Error('mine');
  b.exec("UPDATE t SET v = 'b'");
  const thrower = () => {
    throw mine;
  };
  assert.throws(
    () => b.applyChangeset(changes, { onConflict: thrower }),
    (error) => error === mine,
  );
  assert.throws(
    () => b.applyChangeset(changes, { filter: thrower }),
    (error) => error === mine,
  );
  assert.throws(() => b.applyChangeset(changes, { onConflict: () => 'no' }), { code: 'ERR_SQLITE_ERROR' });
  assert.throws(() => b.applyChangeset(Buffer.from('nonsense')), { code: 'ERR_SQLITE_ERROR' });
  assert.throws(() => b.applyChangeset('text'), { code: 'ERR_INVALID_ARG_TYPE' });
});

async function inFolder(run) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sqlite-backup-'));
  try {
    await run(folder);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

test('a backup copies in steps, tells how far it is, and leaves the program running', () =>
  inFolder(async (folder) => {
    const db = open();
    db.exec('CREATE TABLE t (a)');
    const insert = db.prepare('INSERT INTO t VALUES (?)');
    for (let i = 0; i < 200; i++) insert.run('x'.repeat(4000));
    const reports = [];
    const file = path.join(folder, 'copy.db');
    const pages = await backup(db, file, { rate: 10, progress: (report) => reports.push(report) });
    assert.ok(pages > 100 && reports.length >= 10);
    assert.strictEqual(reports[0].totalPages, pages);
    assert.strictEqual(reports[0].remainingPages, pages - 10);
    const copy = new DatabaseSync(pathToFileURL(file));
    assert.strictEqual(one(copy, 'SELECT count(*) AS r FROM t'), 200);
    copy.close();
    assert.strictEqual(await backup(db, Buffer.from(file)), pages);
    db.close();
  }));

test('a backup that cannot be made says why', () =>
  inFolder(async (folder) => {
    const db = open();
    db.exec('CREATE TABLE t (a)');
    const insert = db.prepare('INSERT INTO t VALUES (?)');
    for (let i = 0; i < 50; i++) insert.run('x'.repeat(4000));
    const file = path.join(folder, 'copy.db');
    await assert.rejects(backup(db, path.join(folder, 'none', 'x.db')), {
      code: 'ERR_SQLITE_ERROR',
      errcode: 14,
    });
    await assert.rejects(backup(db, file, { source: 'nope' }), { code: 'ERR_SQLITE_ERROR' });
    const mine = new Error('mine');
    const progress = () => {
      throw mine;
    };
    await assert.rejects(backup(db, file, { rate: 1, progress }), (error) => error === mine);
    assert.throws(() => backup({}, file), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => backup(db, 5), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => backup(db, file, { rate: 1.5 }), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => new DatabaseSync(new URL('http://x/y')), { code: 'ERR_INVALID_URL_SCHEME' });
    const running = backup(db, file, { rate: 1, progress: () => db.isOpen && db.close() });
    await assert.rejects(running, { code: 'ERR_INVALID_STATE' });
    assert.throws(() => backup(db, file), { code: 'ERR_INVALID_STATE' });
  }));

test('extensions are loaded only where they are allowed', () => {
  const db = open();
  assert.throws(() => db.enableLoadExtension(true), { code: 'ERR_INVALID_STATE' });
  assert.throws(() => db.loadExtension('x'), { code: 'ERR_INVALID_STATE' });
  const allowed = new DatabaseSync(':memory:', { allowExtension: true });
  assert.throws(() => allowed.loadExtension('/nonexistent/x'), { code: 'ERR_LOAD_SQLITE_EXTENSION' });
  allowed.enableLoadExtension(false);
  assert.throws(() => allowed.loadExtension('/nonexistent/x'), { code: 'ERR_LOAD_SQLITE_EXTENSION' });
});
