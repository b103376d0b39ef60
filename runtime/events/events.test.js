// runs-on: parley,node
'use strict';
const { test } = require('../../tests/harness');
const assert = require('assert');
const { spawnSync } = require('child_process');
const EventEmitter = require('events');

test('listeners run in order, once ones once, prepended ones first', () => {
  const e = new EventEmitter();
  const seen = [];
  e.on('x', (a) => seen.push(['on', a]));
  e.once('x', (a) => seen.push(['once', a]));
  e.prependListener('x', (a) => seen.push(['first', a]));
  assert.strictEqual(e.emit('x', 1), true);
  e.emit('x', 2);
  assert.deepStrictEqual(seen, [
    ['first', 1],
    ['on', 1],
    ['once', 1],
    ['first', 2],
    ['on', 2],
  ]);
  assert.strictEqual(e.emit('y'), false);
  assert.deepStrictEqual(e.eventNames(), ['x']);
});

test('an error nobody listens for is thrown', () => {
  const e = new EventEmitter();
  assert.throws(() => e.emit('error', new Error('boom')), /boom/);
  assert.throws(() => e.emit('error', 'text'), {
    code: 'ERR_UNHANDLED_ERROR',
    message: "Unhandled error. ('text')",
  });
  let monitored;
  e.on(EventEmitter.errorMonitor, (error) => (monitored = error));
  assert.throws(() => e.emit('error', new Error('seen')), /seen/);
  assert.strictEqual(monitored.message, 'seen');
});

test('an error nobody listens for ends the process and tells who emitted it', () => {
  const code = `
    class Door extends require('events') { slam() { this.emit('error', made); } }
    const made = (function maker() { return new Error('boom'); })();
    setImmediate(function later() { new Door().slam(); });`;
  const { status, stderr } = spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' });
  assert.strictEqual(status, 1);
  assert.match(
    stderr,
    /Error: boom\n {4}at maker [^]*\nEmitted 'error' event on Door instance at:\n {4}at (Door.)?slam [^]*at .*later /,
  );
  const thrown = spawnSync(process.execPath, ['-e', 'throw new Error("plain")'], { encoding: 'utf8' });
  assert.ok(!thrown.stderr.includes('Emitted'), thrown.stderr);
});

test('a listener that is no function is refused', () => {
  assert.throws(() => new EventEmitter().on('x', 5), {
    code: 'ERR_INVALID_ARG_TYPE',
    message: 'The "listener" argument must be of type function. Received type number (5)',
  });
});

test('newListener and removeListener are told', () => {
  const e = new EventEmitter();
  const seen = [];
  e.on('newListener', (name) => seen.push(`+${name}`));
  e.on('removeListener', (name) => seen.push(`-${name}`));
  const f = () => {};
  e.once('a', f);
  e.removeListener('a', f);
  e.on('b', f);
  e.removeAllListeners('b');
  assert.deepStrictEqual(seen, ['+removeListener', '+a', '-a', '+b', '-b']);
});

test('captured rejections become error events', async () => {
  const e = new EventEmitter({ captureRejections: true });
  e.on('x', async () => {
    throw new Error('late');
  });
  const [error] = await new Promise((resolve) => {
    e.on('error', (...args) => resolve(args));
    e.emit('x');
  });
  assert.strictEqual(error.message, 'late');
});

test('once() waits, rejects on error and on abort', async () => {
  const e = new EventEmitter();
  const waiting = EventEmitter.once(e, 'x');
  e.emit('x', 1, 2);
  assert.deepStrictEqual(await waiting, [1, 2]);
  const failing = EventEmitter.once(e, 'x');
  e.emit('error', new Error('no'));
  await assert.rejects(failing, /no/);
  const controller = new AbortController();
  const aborting = EventEmitter.once(e, 'x', { signal: controller.signal });
  controller.abort();
  await assert.rejects(aborting, { name: 'AbortError', code: 'ABORT_ERR' });
  assert.strictEqual(e.listenerCount('x'), 0);
});

test('on() iterates until closed', async () => {
  const e = new EventEmitter();
  const seen = [];
  const iterator = EventEmitter.on(e, 'x', { close: ['end'] });
  e.emit('x', 1);
  e.emit('x', 2);
  e.emit('end');
  for await (const [v] of iterator) seen.push(v);
  assert.deepStrictEqual(seen, [1, 2]);
});

test('EventTarget: once, removal, order, stopImmediatePropagation', () => {
  const target = new EventTarget();
  const seen = [];
  target.addEventListener('x', () => seen.push(1), { once: true });
  const second = { handleEvent: (event) => seen.push(event.type) };
  target.addEventListener('x', second);
  target.addEventListener('x', second);
  target.dispatchEvent(new Event('x'));
  target.dispatchEvent(new Event('x'));
  assert.deepStrictEqual(seen, [1, 'x', 'x']);
  target.removeEventListener('x', second);
  target.addEventListener('x', (event) => event.stopImmediatePropagation());
  target.addEventListener('x', () => seen.push('never'));
  target.dispatchEvent(new Event('x'));
  assert.strictEqual(seen.length, 3);
  const event = new Event('x', { cancelable: true });
  target.addEventListener('y', (e) => e.preventDefault());
  assert.strictEqual(target.dispatchEvent(new Event('y', { cancelable: true })), false);
  assert.strictEqual(event.isTrusted, false);
});

test('AbortSignal: abort, any, timeout', async () => {
  const controller = new AbortController();
  const any = AbortSignal.any([controller.signal, new AbortController().signal]);
  let heard = 0;
  any.onabort = () => heard++;
  controller.abort('why');
  assert.strictEqual(any.aborted, true);
  assert.strictEqual(any.reason, 'why');
  assert.strictEqual(heard, 1);
  assert.strictEqual(AbortSignal.abort().reason.name, 'AbortError');
  const timeout = AbortSignal.timeout(1);
  const keepAlive = setTimeout(() => {}, 5000);
  await new Promise((resolve) => timeout.addEventListener('abort', resolve));
  clearTimeout(keepAlive);
  assert.strictEqual(timeout.reason.name, 'TimeoutError');
  assert.throws(() => new AbortSignal(), { code: 'ERR_ILLEGAL_CONSTRUCTOR' });
});
