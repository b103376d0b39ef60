'use strict';
// Libraries of plain JavaScript, each at its main job: data, text, dates, schemas, parsers, flow of control.
const { test } = require('../../harness');
const assert = require('assert');

test('lodash: collections, templates, debounce', async () => {
  const _ = require('lodash');
  const people = [
    { name: 'a', age: 3, at: { x: [1] } },
    { name: 'b', age: 1, at: { x: [2] } },
    { name: 'c', age: 3, at: { x: [3] } },
  ];
  assert.deepStrictEqual(_.map(_.orderBy(people, ['age', 'name'], ['desc', 'asc']), 'name'), ['a', 'c', 'b']);
  assert.deepStrictEqual(_.mapValues(_.groupBy(people, 'age'), 'length'), { 1: 1, 3: 2 });
  assert.strictEqual(_.get(people, '[2].at.x[0]'), 3);
  const copy = _.cloneDeep({
    date: new Date(5),
    re: /x/g,
    map: new Map([[1, new Set([2])]]),
    b: Buffer.from('q'),
  });
  assert.ok(
    _.isEqual(copy, { date: new Date(5), re: /x/g, map: new Map([[1, new Set([2])]]), b: Buffer.from('q') }),
  );
  assert.strictEqual(
    _.template('<% for (const p of people) { %><%- p.name %>,<% } %>')({ people }),
    'a,b,c,',
  );
  assert.strictEqual(_.camelCase('Foo Bar-baz'), 'fooBarBaz');
  const total = _.chain(people).filter('age').sumBy('age').value();
  assert.strictEqual(total, 7);
  const calls = [];
  await new Promise((resolve) => {
    const later = _.debounce((value) => resolve(calls.push(value)), 5);
    for (let i = 0; i < 3; i++) later(i);
  });
  assert.deepStrictEqual(calls, [2]);
});

test('uuid: versions 1, 3, 4, 5, 7', async () => {
  const uuid = await import('uuid');
  assert.strictEqual(uuid.v5('parley', uuid.v5.DNS), uuid.v5('parley', uuid.v5.DNS));
  assert.strictEqual(uuid.v3('hello.example.com', uuid.v3.DNS), '9125a8dc-52ee-365b-a5aa-81b0b3681cf6');
  assert.strictEqual(uuid.v5('hello.example.com', uuid.v5.DNS), 'fdda765f-fc57-5604-a269-52a7df8164ec');
  const many = new Set(Array.from({ length: 1000 }, () => uuid.v4()));
  assert.strictEqual(many.size, 1000);
  for (const id of many) assert.strictEqual(uuid.version(id), 4);
  assert.ok(uuid.validate(uuid.v1()));
  const ordered = Array.from({ length: 50 }, () => uuid.v7());
  assert.deepStrictEqual([...ordered].sort(), ordered);
});

test('reflect-metadata: metadata of classes, methods, parameters', () => {
  require('reflect-metadata');
  class Service {
    find() {}
  }
  class Special extends Service {}
  Reflect.defineMetadata('role', 'store', Service);
  Reflect.metadata('design:returntype', Promise)(Service.prototype, 'find');
  assert.strictEqual(Reflect.getMetadata('role', Special), 'store');
  assert.strictEqual(Reflect.getOwnMetadata('role', Special), undefined);
  assert.strictEqual(Reflect.getMetadata('design:returntype', new Special(), 'find'), Promise);
  assert.deepStrictEqual(Reflect.getMetadataKeys(Special), ['role']);
});

test('rxjs: operators over time', async () => {
  const { interval, merge, of, from, lastValueFrom, Subject } = require('rxjs');
  const {
    map,
    take,
    toArray,
    mergeMap,
    scan,
    bufferCount,
    debounceTime,
    catchError,
  } = require('rxjs/operators');
  const sums = interval(1).pipe(
    take(6),
    scan((a, b) => a + b, 0),
    bufferCount(2),
    toArray(),
  );
  assert.deepStrictEqual(await lastValueFrom(sums), [
    [0, 1],
    [3, 6],
    [10, 15],
  ]);
  const both = merge(of(1, 2), from(Promise.resolve(3))).pipe(
    mergeMap((x) => of(x, x * 10)),
    toArray(),
  );
  assert.deepStrictEqual(await lastValueFrom(both), [1, 10, 2, 20, 3, 30]);
  const subject = new Subject();
  const last = lastValueFrom(
    subject.pipe(
      debounceTime(5),
      map(String),
      catchError(() => of('caught')),
    ),
  );
  subject.next(1);
  subject.next(2);
  setTimeout(() => subject.error(new Error('x')), 20);
  assert.strictEqual(await last, 'caught');
});

test('async: queues, limits, auto', async () => {
  const async = require('async');
  let running = 0;
  let most = 0;
  const worker = async (n) => {
    most = Math.max(most, ++running);
    await new Promise(setImmediate);
    running--;
    return n * 2;
  };
  assert.deepStrictEqual(await async.mapLimit([1, 2, 3, 4, 5], 2, worker), [2, 4, 6, 8, 10]);
  assert.strictEqual(most, 2);
  const queue = async.queue((task, done) => setImmediate(done, null, task), 3);
  const done = [];
  for (const n of [1, 2, 3]) queue.push(n, (error, value) => done.push(value));
  await queue.drain();
  assert.deepStrictEqual(done, [1, 2, 3]);
  const result = await async.auto({
    a: async () => 1,
    b: ['a', async ({ a }) => a + 1],
    c: ['a', 'b', async ({ a, b }) => a + b],
  });
  assert.deepStrictEqual(result, { a: 1, b: 2, c: 3 });
});

test('semver: ranges', () => {
  const semver = require('semver');
  assert.strictEqual(semver.maxSatisfying(['1.2.3', '1.9.0', '2.0.0-rc.1'], '^1.2'), '1.9.0');
  assert.ok(semver.satisfies('2.0.0-rc.2', '>=2.0.0-rc.1 <3'));
  assert.deepStrictEqual(semver.sort(['1.10.0', '1.2.0', '1.2.0-a']), ['1.2.0-a', '1.2.0', '1.10.0']);
  assert.ok(semver.gte(process.version, '20.0.0'));
});

test('immutable: persistent collections', () => {
  const { Map, List, fromJS, is, Range } = require('immutable');
  const before = fromJS({ a: { b: [1, 2] } });
  const after = before.updateIn(['a', 'b'], (list) => list.push(3));
  assert.deepStrictEqual(after.toJS(), { a: { b: [1, 2, 3] } });
  assert.deepStrictEqual(before.toJS(), { a: { b: [1, 2] } });
  assert.ok(is(Map({ x: List([1]) }), Map({ x: List([1]) })));
  assert.strictEqual(
    Range(0, Infinity)
      .filter((n) => n % 3 === 0)
      .take(4)
      .reduce((a, b) => a + b),
    18,
  );
});

test('zod and ajv: schemas', () => {
  const { z } = require('zod');
  const User = z.object({
    name: z.string().min(2),
    age: z.coerce.number().int().positive(),
    mail: z.email().optional(),
  });
  assert.deepStrictEqual(User.parse({ name: 'Ada', age: '36', more: 1 }), { name: 'Ada', age: 36 });
  const bad = User.safeParse({ name: 'A', age: -1, mail: 'x' });
  assert.deepStrictEqual(
    bad.error.issues.map((issue) => issue.path[0]),
    ['name', 'age', 'mail'],
  );
  const Ajv = require('ajv');
  const validate = new Ajv({ allErrors: true }).compile({
    type: 'object',
    properties: {
      n: { type: 'integer', minimum: 3 },
      tags: { type: 'array', items: { enum: ['a', 'b'] }, uniqueItems: true },
    },
    required: ['n'],
    additionalProperties: false,
  });
  assert.ok(validate({ n: 3, tags: ['b', 'a'] }));
  assert.ok(!validate({ n: 2, tags: ['a', 'a'], x: 1 }));
  assert.deepStrictEqual(validate.errors.map((e) => e.keyword).sort(), [
    'additionalProperties',
    'minimum',
    'uniqueItems',
  ]);
});

test('dayjs: dates', () => {
  const dayjs = require('dayjs');
  dayjs.extend(require('dayjs/plugin/utc'));
  dayjs.extend(require('dayjs/plugin/timezone'));
  dayjs.extend(require('dayjs/plugin/duration'));
  assert.strictEqual(dayjs.utc('2024-02-28').add(2, 'day').format('YYYY-MM-DD dddd'), '2024-03-01 Friday');
  assert.strictEqual(dayjs.tz('2024-07-01 12:00', 'Europe/Berlin').utc().format(), '2024-07-01T10:00:00Z');
  assert.strictEqual(dayjs.duration(90, 'minutes').toISOString(), 'PT1H30M');
});

test('iconv-lite: encodings, in one go and in streams', async () => {
  const iconv = require('iconv-lite');
  assert.deepStrictEqual([...iconv.encode('жук', 'win1251')], [0xe6, 0xf3, 0xea]);
  assert.strictEqual(iconv.decode(Buffer.from([0x93, 0xfa, 0x96, 0x7b]), 'shift_jis'), '日本');
  const bytes = iconv.encode('漢字テスト'.repeat(500), 'euc-jp');
  const decoder = iconv.decodeStream('euc-jp');
  for (let i = 0; i < bytes.length; i += 7) decoder.write(bytes.subarray(i, i + 7));
  decoder.end();
  let text = '';
  for await (const chunk of decoder) text += chunk;
  assert.strictEqual(text, '漢字テスト'.repeat(500));
});

test('handlebars and marked: text from templates', async () => {
  const Handlebars = require('handlebars');
  Handlebars.registerHelper('loud', (text) => text.toUpperCase());
  const template = Handlebars.compile(
    '{{#each items}}{{@index}}:{{loud name}}{{#unless @last}}, {{/unless}}{{/each}} {{esc}}',
  );
  assert.strictEqual(
    template({ items: [{ name: 'a' }, { name: 'b' }], esc: '<&>' }),
    '0:A, 1:B &lt;&amp;&gt;',
  );
  const { marked } = await import('marked');
  const html = marked.parse('# Hi\n\n- *a*\n- `b`\n\n| x | y |\n|---|---|\n| 1 | 2 |\n');
  assert.match(html, /<h1>Hi<\/h1>\n<ul>\n<li><em>a<\/em><\/li>\n<li><code>b<\/code><\/li>\n<\/ul>/);
  assert.match(html, /<td>1<\/td>\n<td>2<\/td>/);
});

test('js-yaml: there and back', async () => {
  const yaml = await import('js-yaml');
  const text = 'base: &b {x: 1, y: [a, 2.5, null]}\nuse: *b\ntext: |\n  one\n  two\n';
  const value = yaml.load(text);
  assert.deepStrictEqual(value.use, { x: 1, y: ['a', 2.5, null] });
  assert.strictEqual(value.text, 'one\ntwo\n');
  assert.deepStrictEqual(yaml.load(yaml.dump(value)), value);
  assert.throws(() => yaml.load('a: [1'), { name: 'YAMLException' });
});

test('acorn: a syntax tree', () => {
  const acorn = require('acorn');
  const tree = acorn.parse(
    'class A { static #x = 1n; async *m() { for await (const y of this) yield y ?? 2; } }',
    {
      ecmaVersion: 'latest',
      locations: true,
    },
  );
  assert.strictEqual(tree.body[0].body.body[1].value.generator, true);
  assert.throws(() => acorn.parse('let let = 1', { ecmaVersion: 2022 }), { name: 'SyntaxError', pos: 4 });
});
