// runs-on: parley,node
'use strict';
const { test } = require('../../tests/harness');
const assert = require('assert');
const util = require('util');

test('inspect shows values as people write them', () => {
  class Foo extends Map {}
  const circular = { a: {} };
  circular.a.b = circular;
  for (const [value, text] of [
    ["it's", `"it's"`],
    [[1, , 3], '[ 1, <1 empty item>, 3 ]'], // eslint-disable-line no-sparse-arrays
    [{ a: 1, 'b-c': [undefined, null] }, "{ a: 1, 'b-c': [ undefined, null ] }"],
    [circular, '<ref *1> { a: { b: [Circular *1] } }'],
    [new Foo([[1, { a: 2 }]]), 'Foo(1) [Map] { 1 => { a: 2 } }'],
    [new Set(['x']), "Set(1) { 'x' }"],
    [class A {}, '[class A]'],
    [function f() {}, '[Function: f]'],
    [Object.create(null), '[Object: null prototype] {}'],
    [new Uint8Array(2), 'Uint8Array(2) [ 0, 0 ]'],
    [Buffer.from('ab'), '<Buffer 61 62>'],
    [Promise.resolve(1), 'Promise { 1 }'],
    [
      {
        get x() {
          return 1;
        },
      },
      '{ x: [Getter] }',
    ],
    [{ a: { b: { c: { d: 1 } } } }, '{ a: { b: { c: [Object] } } }'],
    [new Proxy({ a: 1 }, {}), '{ a: 1 }'],
    [-0, '-0'],
    [10n, '10n'],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
  ]) {
    assert.strictEqual(util.inspect(value), text);
  }
  assert.strictEqual(util.inspect('a', { colors: true }), "\u001b[32m'a'\u001b[39m");
  const custom = { [util.inspect.custom]: (depth, options, inspect) => `<${inspect(depth)}>` };
  assert.strictEqual(util.inspect(custom), '<2>');
});

test('format replaces what it knows', () => {
  assert.strictEqual(
    util.format('%s %d %i %f %j %o %O %%', 'a', '1', 2.9, '3.5', { a: 1 }, [1], {}),
    `a 1 2 3.5 {"a":1} [ 1, [length]: 1 ] {} %`,
  );
  assert.strictEqual(util.format('%s', 'a', 'b', { c: 1 }), 'a b { c: 1 }');
  assert.strictEqual(util.format('%x %s'), '%x %s');
});

test('promisify and callbackify are each other\u2019s inverse', async () => {
  const add = (a, b, callback) => callback(a < 0 ? new Error('negative') : null, a + b);
  assert.strictEqual(await util.promisify(add)(1, 2), 3);
  await assert.rejects(util.promisify(add)(-1, 2), /negative/);
  const result = await new Promise((resolve) =>
    util.callbackify(async (x) => x * 2)(4, (error, value) => resolve([error, value])),
  );
  assert.deepStrictEqual(result, [null, 8]);
});

test('deep equality tells what differs', () => {
  assert.ok(util.isDeepStrictEqual({ a: [1, new Set([{ b: 1 }])] }, { a: [1, new Set([{ b: 1 }])] }));
  assert.ok(!util.isDeepStrictEqual([1, 2], [1, '2']));
  assert.ok(!util.isDeepStrictEqual(new Map([[{ a: 1 }, 1]]), new Map([[{ a: 1 }, 2]])));
  assert.ok(!util.isDeepStrictEqual([undefined], [,])); // eslint-disable-line no-sparse-arrays
});

test('deep equality of plain data sees what is hidden in it', () => {
  const equal = util.isDeepStrictEqual;
  assert.ok(equal({ a: 1, b: { c: [1, 2] } }, { b: { c: [1, 2] }, a: 1 }));
  assert.ok(!equal({ a: undefined }, { b: undefined }));
  assert.ok(!equal({ a: 1 }, { a: 1, [Symbol.for('s')]: 1 }));
  assert.ok(!equal([1], Object.assign([1], { a: 1 })));
  assert.ok(!equal([1, undefined], [1, ,])); // eslint-disable-line no-sparse-arrays
  assert.ok(!equal({ a: 1 }, new (class A { a = 1 })())); // prettier-ignore
  assert.ok(equal({ get a() { return 1; } }, { a: 1 })); // prettier-ignore
  assert.ok(!equal([-0], [0]) && equal([NaN], [NaN]));
  const [a, b] = [{}, {}];
  Object.assign(a, { self: a, list: [a] });
  Object.assign(b, { self: b, list: [b] });
  assert.ok(equal(a, b));
  b.list.push(1);
  assert.ok(!equal(a, b));
  let [deep, same] = [[], []];
  for (let i = 0; i < 100; i++)
    [deep, same] = [
      [deep, { i }],
      [same, { i }],
    ];
  assert.ok(equal(deep, same));
});

test('names that only the documentation deprecates do not warn', async () => {
  const warnings = [];
  const note = (warning) => warnings.push(warning.code);
  process.on('warning', note);
  assert.deepStrictEqual(util._extend({ a: 1 }, { b: 2 }), { a: 1, b: 2 });
  assert.ok(util.isArray([]) && util.isFunction(test) && util.isRegExp(/x/) && !util.isPrimitive({}));
  await new Promise(setImmediate);
  process.off('warning', note);
  assert.deepStrictEqual(warnings, []);
});

test('format() takes its arguments one by one', () => {
  const holes = Array.from({ length: 3 }, (_, i) => i / 2);
  assert.strictEqual(util.format('%j %j', holes, ['"', true, null]), '[0,0.5,1] ["\\"",true,null]');
  const integers = Array.from({ length: 70 }, (_, i) => (i - 35) * 61356675);
  assert.strictEqual(util.format('%j', integers), JSON.stringify(integers));
  // eslint-disable-next-line no-sparse-arrays
  assert.strictEqual(util.format('%j', [, undefined, { toJSON: () => 1 }]), '[null,null,1]');
  assert.strictEqual(util.format('%j', Object.assign([1], { toJSON: () => 'x' })), '"x"');
  assert.strictEqual(util.format('%s %d%% %z %c|%s', 'a', '5', 1, 'css'), 'a 5% %z |css');
  assert.strictEqual(util.format('%s', 'a', 'b', { c: 1 }), 'a b { c: 1 }');
  assert.strictEqual(util.format('%j', undefined), 'undefined');
  assert.strictEqual(util.format('%d|%i|%f', 1n, '4.5', '4.5x'), '1n|4|4.5');
  const circular = {};
  circular.self = circular;
  assert.strictEqual(util.format('%j', circular), '[Circular]');
});

test('inspect() shows what collections and classes are', () => {
  class List extends Array {}
  const cases = [
    [new Map().entries(), '[Map Entries] {  }'],
    [new Map([[{ a: 1 }, new Set(['x'])]]), "Map(1) { { a: 1 } => Set(1) { 'x' } }"],
    [List.of(1), 'List(1) [ 1 ]'],
    [Object.assign(Object.create(Array.prototype), { a: 1 }), 'Array { a: 1 }'],
    [{ constructor: 1, 'a-b': "it's", $: '\x07' }, `{ constructor: 1, 'a-b': "it's", '$': '\\x07' }`],
    [{ '': 0, a1: 1, '1a': 2 }, "{ '': 0, a1: 1, '1a': 2 }"],
    [Object.defineProperty([1, 2], 1, { get: () => 3, enumerable: true }), '[ 1, [Getter] ]'],
    [[1, , 3], '[ 1, <1 empty item>, 3 ]'], // eslint-disable-line no-sparse-arrays
  ];
  for (const [value, text] of cases) assert.strictEqual(util.inspect(value), text);
});

test('parseArgs reads options', () => {
  const { values, positionals } = util.parseArgs({
    args: ['-f', '--bar=b', 'x', '--', '-y'],
    options: { foo: { type: 'boolean', short: 'f' }, bar: { type: 'string' } },
    allowPositionals: true,
  });
  assert.deepStrictEqual({ ...values }, { foo: true, bar: 'b' });
  assert.deepStrictEqual(positionals, ['x', '-y']);
  assert.throws(() => util.parseArgs({ args: ['--no'], options: {} }), {
    code: 'ERR_PARSE_ARGS_UNKNOWN_OPTION',
  });
});

test('text is coded and decoded in pieces', () => {
  const bytes = new TextEncoder().encode('\u20ac\ud83d\ude00');
  const decoder = new TextDecoder();
  let text = '';
  for (const byte of bytes) text += decoder.decode(Uint8Array.of(byte), { stream: true });
  assert.strictEqual(text + decoder.decode(), '\u20ac\ud83d\ude00');
  assert.throws(() => new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.of(0xff)), {
    code: 'ERR_ENCODING_INVALID_ENCODED_DATA',
  });
  const { StringDecoder } = require('string_decoder');
  const d = new StringDecoder('utf8');
  assert.strictEqual(d.write(Buffer.from([0xe2, 0x82])) + d.write(Buffer.from([0xac])) + d.end(), '\u20ac');
});

test('inspect() of an object that refers to itself everywhere takes no time of its square', () => {
  let last = {};
  const object = last;
  for (let i = 0; i < 300; i++) {
    last.next = { circular: object, last, more: { a: 1, b: 2, c: true } };
    last = last.next;
    object[i] = last;
  }
  assert.ok(util.inspect(object, { depth: Infinity }).length > 2 ** 26);
});
