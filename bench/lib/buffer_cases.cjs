'use strict';
// What bench/buffer measures: each case is a function that does its work `n` times. Run as a program it answers case names on
// standard input with nanoseconds a call, so that two programs can be asked in turn.
const { performance } = require('node:perf_hooks');
const { StringDecoder } = require('node:string_decoder');
const { EventEmitter } = require('node:events');
const querystring = require('node:querystring');
const path = require('node:path');
const util = require('node:util');

const text = 'Hyvää päivää! '.repeat(8);
const ascii = 'the quick brown fox jumps over the lazy dog '.repeat(3);
const small = Buffer.from(ascii);
const smallUtf8 = Buffer.from(text);
const big = Buffer.alloc(1 << 20, 'abcdefghijklmnopqrstuvwxyz0123456789');
const bigText = big.toString('latin1');
const bigUtf8 = Buffer.from('päivää hyvää '.repeat(70000));
const base64 = big.toString('base64');
const hex = big.toString('hex');
const target = Buffer.alloc(1 << 20);
const parts = Array.from({ length: 8 }, (_, i) => Buffer.alloc(100 + i, i));
const bytes = Array.from({ length: 64 }, (_, i) => i);
const other = Buffer.from(big);
const needle = Buffer.from('0123456789z');
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const emitter = new EventEmitter();
let count = 0;
emitter.on('one', () => count++);
emitter.on('many', (a) => (count += a));
emitter.on('many', (a, b) => (count += b));
const tree = {
  name: 'parley',
  list: [1, 2, 3, 'four', { five: [5] }],
  nested: { map: new Map([['key', { value: 1 }]]), date: new Date(0), on: true, none: null },
};
const message = { id: 17, body: ascii, tags: ['a', 'b'], nested: { at: new Date(0), list: [1, 2, 3] } };

/** A case that calls `once` n times and keeps what it returns from being optimised away. */
let sink;
const times = (once) => (n) => {
  for (let i = 0; i < n; i++) sink = once(i);
};

exports.cases = {
  'alloc 64': times(() => Buffer.alloc(64)),
  'alloc 16 K': times(() => Buffer.alloc(16384)),
  'allocUnsafe 64': times(() => Buffer.allocUnsafe(64)),
  'allocUnsafe 16 K': times(() => Buffer.allocUnsafe(16384)),
  'from(string) small': times(() => Buffer.from(ascii)),
  'from(utf8 string) small': times(() => Buffer.from(text)),
  'from(string) 1 MB': times(() => Buffer.from(bigText)),
  'from(base64) 1 MB': times(() => Buffer.from(base64, 'base64')),
  'from(hex) 1 MB': times(() => Buffer.from(hex, 'hex')),
  'from(array) 64': times(() => Buffer.from(bytes)),
  'toString() small': times(() => small.toString()),
  'toString() small utf8': times(() => smallUtf8.toString()),
  'toString(latin1) small': times(() => small.toString('latin1')),
  'toString(hex) small': times(() => small.toString('hex')),
  'toString(base64) small': times(() => small.toString('base64')),
  'toString() 1 MB': times(() => big.toString()),
  'toString() 1 MB utf8': times(() => bigUtf8.toString()),
  'toString(latin1) 1 MB': times(() => big.toString('latin1')),
  'toString(hex) 1 MB': times(() => big.toString('hex')),
  'toString(base64) 1 MB': times(() => big.toString('base64')),
  'write(string) small': times(() => target.write(ascii, 0)),
  'write(utf8 string) small': times(() => target.write(text, 0)),
  'write(latin1) 1 MB': times(() => target.write(bigText, 0, 'latin1')),
  'byteLength small': times(() => Buffer.byteLength(text)),
  'concat 8': times(() => Buffer.concat(parts)),
  'equals 1 MB': times(() => big.equals(other)),
  'equals small': times(() => small.equals(smallUtf8)),
  'compare small': times(() => Buffer.compare(small, smallUtf8)),
  'indexOf(string) 1 MB': times(() => big.indexOf('0123456789z')),
  'indexOf(buffer) 1 MB': times(() => big.indexOf(needle)),
  'indexOf(number) small': times(() => small.indexOf(0x7a)),
  'includes(string) small': times(() => small.includes('lazy')),
  'copy 1 KB': times(() => big.copy(target, 0, 0, 1024)),
  'copy 16 B': times(() => big.copy(target, 0, 0, 16)),
  'fill 1 KB': times(() => target.fill(0x61, 0, 1024)),
  'fill(string) 1 KB': times(() => target.fill('abc', 0, 1024)),
  subarray: times((i) => big.subarray(i & 1023, 2048)),
  slice: times((i) => big.slice(i & 1023, 2048)),
  'readUInt32BE, writeUInt32BE': times((i) => target.writeUInt32BE(big.readUInt32BE(i & 1023), 8)),
  readUInt16LE: times((i) => big.readUInt16LE(i & 1023)),
  'readDoubleLE, writeDoubleLE': times((i) => target.writeDoubleLE(big.readDoubleLE(i & 1023), 8)),
  readBigUInt64LE: times((i) => big.readBigUInt64LE(i & 1023)),
  'swap32 100 B': times(() => parts[4].subarray(0, 100).swap32()),
  'StringDecoder utf8': times(() => {
    const decoding = new StringDecoder('utf8');
    return decoding.write(smallUtf8.subarray(0, 9)) + decoding.write(smallUtf8.subarray(9)) + decoding.end();
  }),
  'TextEncoder small': times(() => encoder.encode(text)),
  'TextEncoder encodeInto': times(() => encoder.encodeInto(text, target)),
  'TextDecoder small': times(() => decoder.decode(smallUtf8)),
  'TextDecoder 1 MB': times(() => decoder.decode(bigUtf8)),
  'atob small': times(() => atob('SGVsbG8sIFdvcmxkIQ==')),
  'btoa small': times(() => btoa(ascii)),
  'isUtf8 1 MB': times(() => require('node:buffer').isUtf8(bigUtf8)),
  'util.inspect': times(() => util.inspect(tree)),
  'util.format': times((i) => util.format('%s is %d and %j', 'x', i, bytes)),
  isDeepStrictEqual: times(() => util.isDeepStrictEqual(message, { ...message, tags: ['a', 'b'] })),
  'new URL': times((i) => new URL(`https://user:pass@example.com:8080/a/b/../c${i & 7}?x=1&y=2#hash`)),
  'new URL relative': times((i) => new URL(`../x${i & 7}`, 'http://example.com/a/b/c').href),
  URLSearchParams: times(() => new URLSearchParams('a=1&b=2&c=%20x').toString()),
  'querystring.parse': times(() => querystring.parse('a=1&b=2&c=%20x&d=y+z&a=3')),
  'querystring.stringify': times(() => querystring.stringify({ a: 1, b: 'two', c: [3, 'x y'], d: true })),
  'path.join': times((i) => path.join('/usr', 'lib', '..', `share${i & 7}`, './doc')),
  'path.resolve': times((i) => path.resolve('/usr/lib', `../x${i & 7}/./y`)),
  'path.relative': times(() => path.relative('/a/b/c/d', '/a/b/e/f')),
  'path.basename, extname': times((i) => path.extname(path.basename(`/a/b/file${i & 7}.test.js`, '.js'))),
  'emit 1 listener': times((i) => emitter.emit('one', i)),
  'emit 2 listeners': times((i) => emitter.emit('many', i, 1)),
  'on, removeListener': times(() => emitter.on('x', sinkListener).removeListener('x', sinkListener)),
  'EventTarget dispatch': times(() => eventTarget.dispatchEvent(new Event('x'))),
  structuredClone: times(() => structuredClone(message)),
};
exports.last = () => sink;
function sinkListener() {}
const eventTarget = new EventTarget();
eventTarget.addEventListener('x', sinkListener);

const kMilliseconds = 60; // of one measurement

function measure(run) {
  let n = 1;
  for (;;) {
    const start = performance.now();
    run(n);
    const elapsed = performance.now() - start;
    if (elapsed >= kMilliseconds) return (elapsed * 1e6) / n;
    n = Math.max(n + 1, elapsed < 1 ? n * 10 : Math.ceil((n * kMilliseconds * 1.1) / elapsed));
  }
}

if (require.main === module) {
  let line = '';
  process.stdin.setEncoding('utf8');
  process.stdin.on('data', (chunk) => {
    line += chunk;
    if (!line.endsWith('\n')) return;
    const name = line.trim();
    line = '';
    process.stdout.write(`${measure(exports.cases[name])}\n`);
  });
}
