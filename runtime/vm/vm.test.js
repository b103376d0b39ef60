'use strict';
// The vm module's promises that programs rely on.
const { test } = require('../../tests/harness');
const assert = require('assert');
const vm = require('vm');

test('a new context has the whole library of the language, and its own', () => {
  const context = vm.createContext({ outer: Array });
  assert.strictEqual(vm.runInContext('[3, 1].toSorted().with(0, 2).join()', context), '2,3');
  assert.strictEqual(vm.runInContext('[].toSorted() instanceof outer', context), false);
  assert.strictEqual(vm.runInContext('Object.keys(Array.prototype).length', context), 0);
});

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

test('a proxy as the global object has what was defined, and nothing else', () => {
  const target = Object.create(Object.getPrototypeOf(globalThis));
  const context = vm.createContext(new Proxy(target, {}));
  const has = 'Object.prototype.hasOwnProperty.call(globalThis, key)';
  const ask = () => vm.runInContext(`{ const key = Symbol.for('of a proxy'); ${has} }`, context);
  assert.strictEqual(ask(), false);
  vm.runInContext("Object.defineProperty(globalThis, Symbol.for('of a proxy'), { value: 1 })", context);
  assert.strictEqual(ask(), true);
});

test('stacks: the realm\u2019s own Error.prepareStackTrace, then the main realm\u2019s, then the usual text', () => {
  const [plain, own] = [vm.createContext(), vm.createContext()];
  vm.runInContext('Error.prepareStackTrace = (error, sites) => `own ${sites[0].getFunctionName()}`', own);
  const code = '(function made() { return new RangeError("in the context").stack; })()';
  const run = (context) => vm.runInContext(code, context, { filename: 'file.js' });
  assert.match(
    run(plain),
    /^RangeError: in the context\n {4}at made \(file\.js:1:\d+\)\n {4}at file\.js:1:\d+\n/,
  );
  assert.match(new Error('here').stack, /^Error: here\n {4}at .*vm\.test\.js:\d+:\d+\)?\n/);
  Error.prepareStackTrace = (error, sites) => [error.name, sites[0].getFunctionName()];
  const stacks = [run(plain), run(own)];
  delete Error.prepareStackTrace;
  assert.deepStrictEqual(stacks, [['RangeError', 'made'], 'own made']);
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

test('errors of a script begin with where it happened; displayErrors: false leaves them', () => {
  const stackOf = (options) => {
    try {
      vm.runInThisContext('\n throw new Error("boom")', { filename: 'boom.js', ...options });
    } catch (error) {
      return error.stack;
    }
    throw new Error('nothing was thrown');
  };
  assert.match(stackOf(), /^boom\.js:2\n throw new Error\("boom"\)\n \^\n/);
  assert.match(stackOf({ displayErrors: false }), /^Error: boom\n/);
});

test("microtaskMode 'afterEvaluate': promises run before the script's end, and within its time", () => {
  const sandbox = vm.createContext({ order: [] }, { microtaskMode: 'afterEvaluate' });
  vm.runInContext('Promise.resolve().then(() => order.push(1));', sandbox);
  assert.deepStrictEqual([...sandbox.order], [1]);
  assert.throws(
    () =>
      vm.runInContext('(function again() { Promise.resolve().then(again); })()', sandbox, { timeout: 20 }),
    { code: 'ERR_SCRIPT_EXECUTION_TIMEOUT' },
  );
});

test('codeGeneration: strings and WebAssembly can be forbidden', () => {
  const sandbox = vm.createContext({}, { codeGeneration: { strings: false, wasm: false } });
  assert.throws(() => vm.runInContext('eval("1")', sandbox), { name: 'EvalError' });
  assert.throws(
    () => vm.runInContext('new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))', sandbox),
    { name: 'CompileError' },
  );
});

test('import() of a script without callback is refused', async () => {
  await assert.rejects(vm.runInThisContext('import("fs")'), {
    code: 'ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING',
  });
});

test('measureMemory() estimates', async () => {
  const result = await vm.measureMemory({ execution: 'eager' });
  assert(result.total.jsMemoryEstimate > 0);
});

test('SIGINT ends a script that allows it, and is not told to the program', () => {
  const { spawnSync } = require('child_process');
  const code = `
    process.on('SIGINT', () => console.log('told'));
    try {
      require('vm').runInThisContext('process.kill(process.pid, "SIGINT"); for (;;);', { breakOnSigint: true });
    } catch (error) {
      console.log(error.code);
    }`;
  const { stdout } = spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' });
  assert.strictEqual(stdout, 'ERR_SCRIPT_EXECUTION_INTERRUPTED\n');
});

test('modules: linked, evaluated, with import.meta and import()', () => {
  const { spawnSync } = require('child_process');
  const code = `
    const vm = require('vm');
    (async () => {
      const context = vm.createContext({});
      const five = new vm.SyntheticModule(['five'], function () { this.setExport('five', 5); }, { context });
      const main = new vm.SourceTextModule(
        'import { five } from "five"; export default five * 2; export const meta = import.meta.prop; export const later = import("five");',
        {
          context,
          initializeImportMeta: (meta) => { meta.prop = 'meta'; },
          importModuleDynamically: async () => five,
        },
      );
      console.log(main.status);
      await main.link(async () => five);
      console.log(main.status);
      await main.evaluate();
      const { default: ten, meta, later } = main.namespace;
      console.log(main.status, ten, meta, (await later).five);
    })();`;
  const { stdout } = spawnSync(process.execPath, ['--experimental-vm-modules', '--no-warnings', '-e', code], {
    encoding: 'utf8',
  });
  assert.strictEqual(stdout, 'unlinked\nlinked\nevaluated 10 meta 5\n');
});
