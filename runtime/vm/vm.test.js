'use strict';
// The vm module's promises that programs rely on.
const { test } = require('../../tests/harness');
const assert = require('assert');
const vm = require('vm');

test('a script runs in this context, with its file name in errors', () => {
  globalThis.vmTestValue = 41;
  assert.strictEqual(vm.runInThisContext('vmTestValue + 1'), 42);
  try {
    new vm.Script('\nthrow new Error("x")', { filename: 'some-file.js' }).runInThisContext();
    assert.fail('must throw');
  } catch (error) {
    assert.match(error.stack, /some-file\.js:2:7/);
  }
});

test('a contextified object is the global object of its scripts', () => {
  const sandbox = vm.createContext({ a: 1, log: [] });
  vm.runInContext(
    'var b = a + 1; globalThis.c = 3; function f() { return b; } log.push(f(), typeof process);',
    sandbox,
  );
  assert.strictEqual(sandbox.b, 2);
  assert.strictEqual(sandbox.c, 3);
  assert.strictEqual(typeof sandbox.f, 'function');
  assert.deepStrictEqual([...sandbox.log], [2, 'undefined']);
  assert.strictEqual(vm.isContext(sandbox), true);
  assert.strictEqual(vm.isContext({}), false);
  vm.runInContext('delete globalThis.a', sandbox);
  assert.strictEqual('a' in sandbox, false);
});

test('let and const of one script are seen by the next of the same context', () => {
  const sandbox = vm.createContext({});
  vm.runInContext('const k = 5; let m = 6;', sandbox);
  assert.strictEqual(vm.runInContext('k + m', sandbox), 11);
  assert.strictEqual(sandbox.k, undefined);
});

test('an undeclared name in strict mode is an error, in sloppy mode a property', () => {
  const sandbox = vm.createContext({});
  assert.throws(() => vm.runInContext('"use strict"; undeclared = 1', sandbox), /undeclared is not defined/);
  vm.runInContext('undeclared = 1', sandbox);
  assert.strictEqual(sandbox.undeclared, 1);
});

test('code that runs too long is ended', () => {
  assert.throws(() => vm.runInNewContext('for (;;);', {}, { timeout: 20 }), {
    code: 'ERR_SCRIPT_EXECUTION_TIMEOUT',
  });
});

test('cached data is made and accepted', () => {
  const source = 'function add(a, b) { return a + b; } add(20, 22)';
  const script = new vm.Script(source);
  const cachedData = script.createCachedData();
  const again = new vm.Script(source, { cachedData });
  assert.strictEqual(again.cachedDataRejected, false);
  assert.strictEqual(again.runInThisContext(), 42);
});

test('compileFunction makes a function of parameters and a body', () => {
  assert.strictEqual(vm.compileFunction('return a * b', ['a', 'b'])(6, 7), 42);
  assert.throws(() => vm.compileFunction('return (', []), SyntaxError);
  const context = vm.createContext({ base: 40 });
  assert.strictEqual(vm.compileFunction('return base + x', ['x'], { parsingContext: context })(2), 42);
});

test('bad arguments have Node codes', () => {
  assert.throws(() => vm.createContext({}, { name: 1 }), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => vm.runInContext('1', {}), { code: 'ERR_INVALID_ARG_TYPE' });
});
