// runs-on: parley,node
'use strict';
const { test } = require('../../tests/harness');
const assert = require('assert');
const { Writable } = require('stream');

const failure = (fn) => {
  try {
    fn();
  } catch (error) {
    return error;
  }
  return undefined;
};

test('messages show what differs', () => {
  assert.strictEqual(
    failure(() => assert.strictEqual(1, 2)).message,
    'Expected values to be strictly equal:\n\n1 !== 2\n',
  );
  const error = failure(() => assert.deepStrictEqual({ a: 1 }, { a: 2 }));
  assert.strictEqual(
    error.message,
    'Expected values to be strictly deep-equal:\n+ actual - expected\n\n  {\n+   a: 1\n-   a: 2\n  }',
  );
  assert.strictEqual(error.code, 'ERR_ASSERTION');
  assert.strictEqual(error.operator, 'deepStrictEqual');
  assert.match(
    failure(() => assert.ok(typeof 1 === 'string')).message,
    /falsy value:\n\n {2}assert\.ok\(typeof 1/,
  );
});

test('exceptions are matched by class, pattern, function and properties', async () => {
  const boom = () => {
    throw Object.assign(new TypeError('boom'), { code: 'X' });
  };
  assert.throws(boom, TypeError);
  assert.throws(boom, /boom/);
  assert.throws(boom, { code: 'X', message: /oo/ });
  assert.throws(boom, (error) => error instanceof TypeError);
  assert.throws(() => assert.throws(boom, /other/), { code: 'ERR_ASSERTION' });
  assert.throws(() => assert.throws(() => {}), { message: 'Missing expected exception.' });
  assert.throws(() => assert.doesNotThrow(boom), { message: /Got unwanted exception/ });
  await assert.rejects(Promise.reject(new Error('late')), /late/);
  await assert.doesNotReject(async () => {});
});

test('strict mode compares strictly', () => {
  assert.equal(1, '1');
  assert.throws(() => assert.strict.equal(1, '1'));
  assert.throws(() => assert.strict.deepEqual([1], ['1']));
  assert.notDeepStrictEqual([1], ['1']);
});

test('a console writes groups, tables and counts', () => {
  let text = '';
  const stream = new Writable({
    decodeStrings: false,
    write(chunk, encoding, callback) {
      text += chunk;
      callback();
    },
  });
  const c = new console.Console(stream);
  c.group('one');
  c.log('two\nthree %d', 4);
  c.groupEnd();
  c.count();
  c.count();
  c.assert(false, 'no');
  assert.strictEqual(text, 'one\n  two\n  three 4\ndefault: 1\ndefault: 2\nAssertion failed: no\n');
  text = '';
  c.table([{ a: 1 }]);
  assert.match(text, /\(index\).*a/);
});

test('os tells of the machine', () => {
  const os = require('os');
  assert.ok(os.hostname().length > 0);
  assert.ok(os.totalmem() > os.freemem());
  assert.ok(os.cpus().length > 0);
  assert.strictEqual(os.constants.signals.SIGTERM, 15);
  assert.strictEqual(typeof os.userInfo().username, 'string');
  assert.ok(Object.keys(os.networkInterfaces()).length > 0);
});

test('a diff cuts long runs of equal lines and keeps the edges', () => {
  const a = Array.from({ length: 12 }, (_, i) => i);
  const b = [...a];
  b[0] = 'first';
  assert.throws(() => assert.deepStrictEqual(a, b), {
    message:
      'Expected values to be strictly deep-equal:\n+ actual - expected ... Lines skipped\n\n' +
      "  [\n+   0,\n-   'first',\n    1,\n...\n    10,\n    11\n  ]",
  });
});

test('deep equality looks at what views and objects are, whatever their tags say', () => {
  const fake = Object.defineProperty(new Int8Array(2), Symbol.toStringTag, { value: 'Uint8Array' });
  Object.setPrototypeOf(fake, Uint8Array.prototype);
  assert.notDeepEqual(new Uint8Array(2), fake);
  assert.notDeepEqual({ x: 1 }, Object.defineProperty({ y: 1 }, 'x', { value: 1 }));
  assert.notDeepEqual(
    new Map([
      [3, 0],
      ['3', 0],
    ]),
    new Map([
      [3, 0],
      [4, 0],
    ]),
  );
});

test('the text of a failed call is told, unless it is not at hand', () => {
  assert.throws(() => assert.ok([')'].includes(/[/)]/.source)), {
    message: "The expression evaluated to a falsy value:\n\n  assert.ok([')'].includes(/[/)]/.source))\n",
  });
  assert.throws(() => new Function('assert', 'assert(1 === 2)')(assert), { message: 'false == true' });
});
