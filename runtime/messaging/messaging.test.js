'use strict';
// Channels, broadcast channels and structured cloning (https://nodejs.org/docs/latest-v20.x/api/worker_threads.html).
const assert = require('assert');
const { once } = require('events');
const { test } = require('../../tests/harness');
const {
  MessageChannel,
  BroadcastChannel,
  receiveMessageOnPort,
  markAsUntransferable,
} = require('worker_threads');

test('structuredClone copies what the standard lists', () => {
  const shared = { deep: true };
  const source = {
    map: new Map([[1, shared]]),
    set: new Set(['a']),
    date: new Date(5),
    regexp: /x/gi,
    big: 10n,
    view: new Uint16Array([1, 2]),
    error: new RangeError('out', { cause: 1 }),
    shared,
  };
  source.self = source;
  const copy = structuredClone(source);
  assert.strictEqual(copy.self, copy);
  assert.strictEqual(copy.map.get(1), copy.shared);
  assert.notStrictEqual(copy.shared, shared);
  assert.ok(copy.error instanceof RangeError && copy.error.message === 'out');
  assert.deepStrictEqual(
    [copy.set, copy.date, copy.regexp.source, copy.big, copy.view],
    [source.set, source.date, 'x', 10n, source.view],
  );
});

/* eslint-disable no-sparse-arrays */
test('plain data are copied as data', () => {
  class Point {
    constructor(x) {
      this.x = x;
    }
    get y() {
      return 2;
    }
  }
  const copy = structuredClone({
    point: new Point(1),
    list: [1, , 'x', [-0, NaN]],
    frozen: Object.freeze({ a: 1 }),
  });
  assert.strictEqual(Object.getPrototypeOf(copy.point), Object.prototype);
  assert.deepStrictEqual(copy, { point: { x: 1 }, list: [1, , 'x', [-0, NaN]], frozen: { a: 1 } });
  copy.frozen.a = 2;
  assert.strictEqual(copy.frozen.a, 2);

  let asked = 0;
  const getter = { list: [{ a: 1 }], get now() { return ++asked; } }; // prettier-ignore
  assert.deepStrictEqual(structuredClone(getter), { list: [{ a: 1 }], now: 1 });
  assert.deepStrictEqual(structuredClone({ inner: getter }).inner, { list: [{ a: 1 }], now: 2 });

  const proto = JSON.parse('{ "__proto__": { "a": 1 }, "b": [2] }');
  assert.deepStrictEqual(Object.keys(structuredClone(proto)), ['__proto__', 'b']);
  Object.defineProperty(Object.prototype, 'trap', { set: assert.fail, configurable: true });
  const own = Object.defineProperty({}, 'trap', { value: [1], enumerable: true });
  assert.deepStrictEqual(Object.getOwnPropertyDescriptor(structuredClone(own), 'trap').value, [1]);
  delete Object.prototype.trap;
  assert.strictEqual(asked, 2);

  let deep = [];
  for (let i = 0; i < 1000; i++) deep = [deep, { i }];
  assert.deepStrictEqual(structuredClone(deep), deep);
  const many = Array.from({ length: 100 }, (_, i) => ({ i }));
  const twice = structuredClone([...many, ...many]);
  assert.ok(many.every((value, i) => twice[i] === twice[i + 100] && twice[i] !== value && twice[i].i === i));
  const cycle = new Map([['set', new Set([1])]]);
  cycle.get('set').add(cycle);
  const cycleCopy = structuredClone(cycle);
  assert.ok(cycleCopy !== cycle && cycleCopy.get('set').has(cycleCopy));
});

test('what cannot be cloned is a DataCloneError', () => {
  for (const value of [() => {}, Symbol('s'), { get: () => {} }, [new Map([[1, [Symbol()]]])]]) {
    assert.throws(
      () => structuredClone(value),
      (error) => error instanceof DOMException && error.name === 'DataCloneError' && error.code === 25,
    );
  }
  assert.throws(() => structuredClone(), { code: 'ERR_MISSING_ARGS' });
  const { port1 } = new MessageChannel();
  assert.throws(() => structuredClone(port1), TypeError);
  port1.close();
});

test('structuredClone moves what is to be transferred', () => {
  const buffer = new Uint8Array([1, 2, 3]).buffer;
  const { b } = structuredClone({ b: buffer }, { transfer: [buffer] });
  assert.strictEqual(buffer.byteLength, 0);
  assert.deepStrictEqual(new Uint8Array(b), new Uint8Array([1, 2, 3]));
});

test('ports deliver in order, with ports in messages, and tell when they close', async () => {
  const { port1, port2 } = new MessageChannel();
  const inner = new MessageChannel();
  port1.postMessage({ port: inner.port2 }, [inner.port2]);
  const [{ port }] = await once(port2, 'message');
  inner.port1.postMessage('through');
  const [text] = await once(port, 'message');
  assert.strictEqual(text, 'through');
  port1.postMessage(1);
  port1.postMessage(2);
  assert.deepStrictEqual(receiveMessageOnPort(port2), { message: 1 });
  assert.deepStrictEqual(receiveMessageOnPort(port2), { message: 2 });
  assert.strictEqual(receiveMessageOnPort(port2), undefined);
  const closed = Promise.all([once(port1, 'close'), once(port2, 'close'), once(port, 'close')]);
  port2.close();
  inner.port1.close();
  await closed;
});

test('shared memory stays shared; marked memory is copied', async () => {
  const { port1, port2 } = new MessageChannel();
  const memory = new SharedArrayBuffer(4);
  port1.postMessage([memory, memory]);
  const [[first, second]] = await once(port2, 'message');
  assert.strictEqual(first, second);
  new Int32Array(memory)[0] = 7;
  assert.strictEqual(new Int32Array(first)[0], 7);
  const kept = new ArrayBuffer(3);
  markAsUntransferable(kept);
  const pooled = Buffer.from('pooled');
  port1.postMessage([kept, pooled.buffer]);
  assert.deepStrictEqual([kept.byteLength, `${pooled}`], [3, 'pooled']);
  port1.close();
});

test('events have ports, handlers and messageerror', async () => {
  const { port1, port2 } = new MessageChannel();
  const inner = new MessageChannel();
  const event = new Promise((resolve) => {
    port2.onmessage = resolve;
  });
  port1.postMessage('data', { transfer: [inner.port1] });
  const { data, ports, target, type } = await event;
  assert.deepStrictEqual([data, ports.length, target, type], ['data', 1, port2, 'message']);
  assert.throws(() => port1.postMessage(1, [port1]), { name: 'DataCloneError' });
  assert.throws(() => port1.postMessage(1, 5), { code: 'ERR_INVALID_ARG_TYPE' });
  inner.port2.close();
  port1.close();
});

test('a broadcast reaches every other channel of the name', async () => {
  const [a, b, c, other] = ['n', 'n', 'n', 'other'].map((name) => new BroadcastChannel(name));
  const heard = [];
  a.onmessage = () => heard.push('a');
  other.onmessage = () => heard.push('other');
  const both = Promise.all([b, c].map((channel) => once(channel, 'message')));
  a.postMessage({ x: 1 });
  const [[eventOfB], [eventOfC]] = await both;
  assert.deepStrictEqual([eventOfB.data, eventOfC.data, heard], [{ x: 1 }, { x: 1 }, []]);
  for (const channel of [a, b, c, other]) channel.close();
  assert.throws(() => a.postMessage(1), { name: 'InvalidStateError' });
});

test('many messages leave time for timers', async () => {
  const { port1, port2 } = new MessageChannel();
  let count = 0;
  port2.on('message', () => {
    count++;
    port1.postMessage(0);
  });
  port1.postMessage(0);
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.ok(count > 1);
  port2.close();
});

test('addresses and lists of them are cloned', () => {
  const { BlockList, SocketAddress } = require('net');
  const { port1, port2 } = new MessageChannel();
  const list = new BlockList();
  list.addSubnet('10.0.0.0', 8);
  port1.postMessage([list, new SocketAddress({ address: '::1', family: 'ipv6', port: 5 })]);
  const [copy, address] = receiveMessageOnPort(port2).message;
  assert.ok(copy instanceof BlockList && copy.check('10.1.2.3') && !copy.check('11.1.2.3'));
  assert.ok(!list.check('nonsense'));
  assert.deepStrictEqual([address.address, address.family, address.port], ['::1', 'ipv6', 5]);
  port1.close();
});

test('process.env is cloned as the object that its variables make', () => {
  const copy = structuredClone(process.env);
  assert.deepStrictEqual({ ...copy }, { ...process.env });
  copy.PATH = 'changed';
  assert.notStrictEqual(process.env.PATH, 'changed');
});
