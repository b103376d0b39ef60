'use strict';
// `node:sqlite` as Node.js 22 documents it: built into parley, an addon for stock Node.js 20.
// runs-on: parley,node
const assert = require('assert');
const { test } = require('../../tests/harness');

function load() {
  try {
    return require('node:sqlite');
  } catch {
    return require('../../build/addon/sqlite.node');
  }
}
const { DatabaseSync, StatementSync } = load();
const open = () => new DatabaseSync(':memory:');

test('values come back as they went in', () => {
  const db = open();
  db.exec('CREATE TABLE t (a, b, c, d, e)');
  const insert = db.prepare('INSERT INTO t VALUES (?, ?, ?, ?, ?)');
  assert.ok(insert instanceof StatementSync);
  const blob = new Uint8Array([0, 1, 255]);
  assert.deepStrictEqual(insert.run(1, 1.5, 'h\u00e9\u{1F600}', null, blob), {
    lastInsertRowid: 1,
    changes: 1,
  });
  insert.run(-9007199254740991, 9007199254740991n, '', null, Buffer.alloc(0));
  const [first, second] = db.prepare('SELECT * FROM t').all();
  assert.deepStrictEqual({ ...first }, { a: 1, b: 1.5, c: 'h\u00e9\u{1F600}', d: null, e: blob });
  assert.deepStrictEqual(
    { ...second },
    { a: -9007199254740991, b: 9007199254740991, c: '', d: null, e: new Uint8Array(0) },
  );
  assert.strictEqual(Object.getPrototypeOf(first), null);
  db.close();
});

test('get gives the first row or undefined; parameters have places or names', () => {
  const db = open();
  assert.strictEqual(db.prepare('SELECT 1 AS n WHERE 0').get(), undefined);
  const named = db.prepare('SELECT :a AS a, $b AS b, ? AS c');
  assert.deepStrictEqual({ ...named.get({ a: 1, $b: 'x' }, 3) }, { a: 1, b: 'x', c: 3 });
  assert.throws(() => named.get({ nope: 1 }), /Unknown named parameter 'nope'/);
  assert.throws(() => db.prepare('SELECT ?').get(undefined), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => db.prepare('SELECT ?').get(Symbol('x')), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => db.prepare('SELECT 1').get(5), { code: 'ERR_SQLITE_ERROR' });
  assert.strictEqual(named.sourceSQL, 'SELECT :a AS a, $b AS b, ? AS c');
  db.close();
});

test('large integers need BigInt', () => {
  const db = open();
  const select = db.prepare('SELECT 9223372036854775807 AS n');
  assert.throws(() => select.get(), { code: 'ERR_OUT_OF_RANGE' });
  select.setReadBigInts(true);
  assert.strictEqual(select.get().n, 9223372036854775807n);
  assert.throws(() => db.prepare('SELECT ?').get(2n ** 64n), { code: 'ERR_INVALID_ARG_VALUE' });
});

test('errors carry what SQLite says, and leave the database usable', () => {
  const db = open();
  db.exec('CREATE TABLE t (a PRIMARY KEY)');
  const insert = db.prepare('INSERT INTO t VALUES (?)');
  insert.run(1);
  assert.throws(
    () => insert.run(1),
    (e) => e.code === 'ERR_SQLITE_ERROR' && e.errcode === 1555 && /UNIQUE/.test(e.message),
  );
  insert.run(2);
  assert.throws(() => db.exec('NONSENSE'), /syntax error/);
  assert.throws(() => db.prepare(''), { code: 'ERR_INVALID_STATE' });
  assert.throws(() => new DatabaseSync('/nonexistent/x.db'), { code: 'ERR_SQLITE_ERROR' });
  assert.throws(() => new DatabaseSync(5), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => new StatementSync(), { code: 'ERR_ILLEGAL_CONSTRUCTOR' });
  db.exec('BEGIN');
  assert.strictEqual(db.isTransaction, true);
  db.exec('ROLLBACK');
  assert.strictEqual(db.prepare('SELECT count(*) AS n FROM t').get().n, 2);
});

test('a closed database says so, and so do its statements', () => {
  const db = open();
  const statement = db.prepare('SELECT 1');
  assert.strictEqual(db.isOpen, true);
  db.close();
  assert.strictEqual(db.isOpen, false);
  assert.throws(() => statement.get(), { code: 'ERR_INVALID_STATE' });
  assert.throws(() => db.exec('SELECT 1'), { code: 'ERR_INVALID_STATE' });
  assert.throws(() => db.close(), { code: 'ERR_INVALID_STATE' });
  const later = new DatabaseSync(':memory:', { open: false });
  assert.throws(() => later.prepare('SELECT 1'), { code: 'ERR_INVALID_STATE' });
  later.open();
  assert.strictEqual(later.prepare('SELECT 1 AS n').get().n, 1);
});

test('rows come one at a time, as objects or arrays', () => {
  const db = open();
  db.exec('CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 2), (3, 4), (5, 6)');
  const statement = db.prepare('SELECT a, b FROM t ORDER BY a');
  assert.deepStrictEqual(
    [...statement.iterate()].map((row) => ({ ...row })),
    [
      { a: 1, b: 2 },
      { a: 3, b: 4 },
      { a: 5, b: 6 },
    ],
  );
  statement.setReturnArrays(true);
  for (const row of statement.iterate()) {
    assert.deepStrictEqual(row, [1, 2]);
    break;
  }
  const early = statement.iterate();
  early.next();
  assert.deepStrictEqual(statement.all(), [
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  assert.deepStrictEqual(early.next(), { done: true, value: null });
  db.close();
  assert.throws(() => early.next(), { code: 'ERR_INVALID_STATE' });
});

test('columns tell where they come from', () => {
  const db = open();
  db.exec('CREATE TABLE t (a INTEGER)');
  const [first, second] = db.prepare('SELECT a AS x, 1 + 1 FROM t').columns();
  assert.deepStrictEqual(
    { ...first },
    { column: 'a', database: 'main', name: 'x', table: 't', type: 'INTEGER' },
  );
  assert.deepStrictEqual(
    { ...second },
    { column: null, database: null, name: '1 + 1', table: null, type: null },
  );
  assert.strictEqual(db.location(), null);
  db.close();
});

test('names of parameters may be strict, or unknown ones ignored', () => {
  const db = open();
  const statement = db.prepare('SELECT $a AS a');
  assert.strictEqual(statement.get({ a: 1 }).a, 1);
  assert.throws(() => statement.get({ a: 1, b: 2 }), { code: 'ERR_INVALID_STATE' });
  statement.setAllowUnknownNamedParameters(true);
  assert.strictEqual(statement.get({ a: 1, b: 2 }).a, 1);
  statement.setAllowUnknownNamedParameters(false);
  statement.setAllowBareNamedParameters(false);
  assert.throws(() => statement.get({ a: 1 }), { code: 'ERR_INVALID_STATE' });
  assert.strictEqual(statement.get({ $a: 1 }).a, 1);
  db.close();
});

test('a statement takes as many values as SQLite does', () => {
  const db = open();
  const values = Array.from({ length: 200 }, (_, i) => i);
  const { sum } = db.prepare(`SELECT ${values.map(() => '?').join(' + ')} AS sum`).get(...values);
  assert.strictEqual(sum, 19900);
  db.close();
});
