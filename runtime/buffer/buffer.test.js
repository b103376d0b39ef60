// runs-on: parley,node
'use strict';
const { test } = require('../../tests/harness');
const assert = require('assert');
const { Buffer, isUtf8, isAscii, transcode } = require('buffer');

test('text goes in and out in every encoding', () => {
  const text = 'h\u00e9llo \u20ac \ud83d\ude00';
  for (const encoding of ['utf8', 'utf16le', 'base64', 'base64url', 'hex']) {
    const bytes = Buffer.from(text);
    assert.strictEqual(
      Buffer.from(bytes.toString(encoding), encoding).toString(encoding),
      bytes.toString(encoding),
    );
  }
  assert.strictEqual(Buffer.from(text, 'utf16le').toString('utf16le'), text);
  assert.strictEqual(Buffer.from('\u00e9', 'latin1')[0], 0xe9);
  assert.strictEqual(Buffer.from('ff0g', 'hex').length, 1);
  assert.strictEqual(Buffer.from('YQ ==\nYg', 'base64').toString(), 'a');
  assert.strictEqual(Buffer.from([0xff, 0x41]).toString(), '\ufffdA');
  assert.strictEqual(Buffer.from([0xe9]).toString('ascii'), 'i');
  assert.strictEqual(Buffer.byteLength(text), Buffer.from(text).length);
});

test('numbers of every width come back', () => {
  const b = Buffer.alloc(16);
  for (const [kind, value] of [
    ['Int8', -5],
    ['UInt8', 250],
    ['Int16LE', -300],
    ['UInt16BE', 65000],
    ['Int32BE', -70000],
    ['UInt32LE', 4e9],
    ['FloatBE', 1.5],
    ['DoubleLE', Math.PI],
    ['BigInt64BE', -5n],
    ['BigUInt64LE', 2n ** 63n],
  ]) {
    assert.strictEqual(
      b[`write${kind}`](value, 3),
      3 + Number(/\d+/.exec(kind)?.[0] ?? (kind[0] === 'F' ? 32 : 64)) / 8,
    );
    assert.strictEqual(b[`read${kind}`](3), value);
  }
  for (let n = 1; n <= 6; n++) {
    b.writeIntBE(-77, 2, n);
    assert.strictEqual(b.readIntBE(2, n), -77);
    b.writeUIntLE(200, 2, n);
    assert.strictEqual(b.readUIntLE(2, n), 200);
  }
  assert.throws(() => b.readInt32LE(13), {
    code: 'ERR_OUT_OF_RANGE',
    message: 'The value of "offset" is out of range. It must be >= 0 and <= 12. Received 13',
  });
  assert.throws(() => b.writeInt8(128), { code: 'ERR_OUT_OF_RANGE' });
});

test('search, fill, copy, compare, swap', () => {
  const b = Buffer.from('abcabc');
  assert.strictEqual(b.indexOf('ca'), 2);
  assert.strictEqual(b.lastIndexOf('abc'), 3);
  assert.strictEqual(b.indexOf(Buffer.from('c'), 3), 5);
  assert.strictEqual(b.indexOf(97, 1), 3);
  assert.strictEqual(b.includes('x'), false);
  assert.strictEqual(Buffer.alloc(5, 'ab').toString(), 'ababa');
  assert.strictEqual(Buffer.alloc(3).fill('\u00e9').toString('hex'), 'c3a9c3');
  assert.throws(() => Buffer.alloc(3).fill('', 0, 9), { code: 'ERR_OUT_OF_RANGE' });
  const target = Buffer.alloc(4);
  assert.strictEqual(b.copy(target, 1, 2), 3);
  assert.strictEqual(target.toString('latin1'), '\0cab');
  assert.strictEqual(Buffer.compare(Buffer.from('a'), Buffer.from('ab')), -1);
  assert.strictEqual(Buffer.from('0102', 'hex').swap16().toString('hex'), '0201');
  assert.strictEqual(Buffer.concat([Buffer.from('a'), Buffer.from('bc')], 2).toString(), 'ab');
  assert.deepStrictEqual(Buffer.from('a').toJSON(), { type: 'Buffer', data: [97] });
  assert.strictEqual(b.slice(-2).toString(), 'bc');
});

test('bytes are checked and recoded', () => {
  assert.strictEqual(isUtf8(Buffer.from('\u20ac')), true);
  assert.strictEqual(isUtf8(Buffer.from([0xed, 0xa0, 0x80])), false);
  assert.strictEqual(isAscii(Buffer.from('plain')), true);
  assert.strictEqual(transcode(Buffer.from('\u20ac'), 'utf8', 'latin1').toString(), '?');
  assert.strictEqual(btoa('hi'), 'aGk=');
  assert.strictEqual(atob(' aGk= '), 'hi');
  assert.throws(() => btoa('\u20ac'), { name: 'InvalidCharacterError' });
});

test('wrong arguments are refused with their names', () => {
  assert.throws(() => Buffer.from(5), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => Buffer.alloc('5'), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => Buffer.from('a', 'nonsense'), { code: 'ERR_UNKNOWN_ENCODING' });
  assert.throws(() => Buffer.concat('a'), { code: 'ERR_INVALID_ARG_TYPE' });
});

test('writing touches nothing behind what it writes', () => {
  const texts = {
    base64: 'a'.repeat(64),
    hex: 'ab'.repeat(40),
    utf8: 'tschüß, '.repeat(9),
    latin1: 'ä'.repeat(50),
  };
  for (const [encoding, text] of Object.entries(texts)) {
    const bytes = Buffer.from(text, encoding);
    for (let room = 0; room <= bytes.length + 40; room++) {
      const target = Buffer.alloc(bytes.length + 80, 0xaa);
      const written = target.write(text, 3, room, encoding);
      assert.ok(
        written <= room && (room < bytes.length + 1 || written === bytes.length),
        `${encoding} ${room}`,
      );
      assert.deepStrictEqual(target.subarray(3, 3 + written), bytes.subarray(0, written));
      assert.ok(
        target.subarray(3 + written).every((byte) => byte === 0xaa),
        `${encoding} ${room}`,
      );
    }
  }
});

test('strings in pieces, parts of strings and long ones are read as flat ones are', () => {
  const half = 'für '.repeat(5);
  const joined = half + ['x'].join('') + half.slice(1);
  const expected = Buffer.from([...joined].flatMap((c) => (c === 'ü' ? [0xc3, 0xbc] : [c.charCodeAt(0)])));
  assert.strictEqual(Buffer.byteLength(half + 'x' + half.slice(1)), expected.length);
  assert.deepStrictEqual(Buffer.from(half + 'x' + half.slice(1)), expected);
  assert.deepStrictEqual(
    Buffer.from(joined.slice(7)),
    expected.subarray(expected.length - Buffer.byteLength(joined.slice(7))),
  );
  const long = Buffer.alloc(1 << 20, 'é', 'latin1').toString('latin1');
  assert.strictEqual(Buffer.byteLength(long), 2 << 20);
  assert.strictEqual(Buffer.byteLength(long.slice(3)), (2 << 20) - 6);
  assert.strictEqual(btoa(long.slice(5, 20)), Buffer.alloc(15, 0xe9).toString('base64'));
});

test('arrays of any kind become bytes modulo 256', () => {
  const arrays = [
    [1, 300, -1],
    [1.5, 2 ** 40 + 7, NaN],
    Array(1).concat(2),
    ['7', { valueOf: () => 9 }],
    new Array(3),
    [0x7fffffff],
  ];
  for (const array of arrays) assert.deepStrictEqual([...Buffer.from(array)], [...Uint8Array.from(array)]);
});

test('concat() takes typed arrays of bytes, empty ones too, and nothing else', () => {
  const small = new Uint8Array([1, 2]);
  const empty = new Uint8Array(new ArrayBuffer(0));
  assert.deepStrictEqual([...Buffer.concat([small, empty, Buffer.from('a'), small])], [1, 2, 97, 1, 2]);
  assert.deepStrictEqual([...Buffer.concat([small, small], 3)], [1, 2, 1]);
  assert.deepStrictEqual([...Buffer.concat([small], 4)], [1, 2, 0, 0]);
  for (const item of [
    [1],
    'a',
    7,
    new Int8Array(1),
    new Uint8ClampedArray(1),
    new DataView(new ArrayBuffer(1)),
  ]) {
    assert.throws(() => Buffer.concat([small, item]), { code: 'ERR_INVALID_ARG_TYPE' });
  }
});

test('fill() takes what can be a number', () => {
  for (const [value, byte] of [
    [undefined, 0],
    [null, 0],
    [true, 1],
    [-1, 255],
    [300.7, 44],
    [{ valueOf: () => 5 }, 5],
  ]) {
    assert.strictEqual(Buffer.alloc(3, 9).fill(value)[1], byte);
  }
  assert.throws(() => Buffer.alloc(3).fill(1n), TypeError);
  assert.throws(() => Buffer.alloc(3).fill(1, 0, 4), { code: 'ERR_OUT_OF_RANGE' });
});
