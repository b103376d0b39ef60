'use strict';
// Node doc: domain: errors of what began in a domain are its 'error' events.

const assert = require('assert');
const { test } = require('../../tests/harness');
const { spawnSync } = require('child_process');

// Runs `code` in a process of its own: domains claim the whole process's uncaught exceptions.
function run(code) {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['-e', `const domain = require('domain'); const d = domain.create(); ${code}`],
    { encoding: 'utf8' },
  );
  return { lines: stdout.split('\n').filter(Boolean), stderr, status };
}

for (const [what, code] of [
  ['a timer', 'setTimeout(() => { throw new Error("x"); }, 1)'],
  ['a tick', 'process.nextTick(() => { throw new Error("x"); })'],
  ['an immediate', 'setImmediate(() => { throw new Error("x"); })'],
  ['a callback of fs', 'require("fs").stat("/", () => { throw new Error("x"); })'],
  ['an emitter', 'new (require("events"))().emit("error", new Error("x"))'],
]) {
  test(`an error of ${what} goes to the domain`, () => {
    const { lines, status } = run(`
      d.on('error', (error) => console.log(error.message, error.domain === d, process.domain === d));
      d.run(() => { ${code}; });`);
    assert.deepStrictEqual(lines, ['x true false']);
    assert.strictEqual(status, 0);
  });
}

test('a rejection nobody handles is an error of its domain', () => {
  const { lines } = run(`
    d.on('error', (error) => console.log(error.message));
    d.run(() => { Promise.reject(new Error('rejected')); });`);
  assert.deepStrictEqual(lines, ['rejected']);
});

test('a domain without listener leaves the exception to the process', () => {
  const { status, stderr } = run('d.run(() => setTimeout(() => { throw new Error("unheard"); }, 1));');
  assert.strictEqual(status, 1);
  assert.match(stderr, /unheard/);
});

test("a failing 'error' listener is the outer domain's error", () => {
  const { lines } = run(`
    const outer = domain.create();
    outer.on('error', (error) => console.log('outer', error.message));
    outer.run(() => {
      d.on('error', () => { throw new Error('second'); });
      d.run(() => { throw new Error('first'); });
    });`);
  assert.deepStrictEqual(lines, ['outer second']);
});

test('bind, intercept, add and remove', () => {
  const { lines } = run(`
    d.on('error', (error) => console.log(error.message, error.domainThrown));
    d.intercept((value) => console.log('value', value))(null, 1);
    d.intercept(() => {})(new Error('intercepted'));
    const emitter = new (require('events'))();
    d.add(emitter);
    console.log(d.members.length);
    emitter.emit('error', new Error('added'));
    d.remove(emitter);
    console.log(d.members.length);
    d.bind(() => { console.log(process.domain === d); })();
    console.log(process.domain === undefined);`);
  assert.deepStrictEqual(lines, ['value 1', 'intercepted false', '1', 'added false', '0', 'true', 'true']);
});

test('the capture callback and domains exclude each other', () => {
  const { lines } = run(
    'try { process.setUncaughtExceptionCaptureCallback(() => {}); } catch (error) { console.log(error.code); }',
  );
  assert.deepStrictEqual(lines, ['ERR_DOMAIN_CANNOT_SET_UNCAUGHT_EXCEPTION_CAPTURE']);
});
