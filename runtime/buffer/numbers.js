'use strict';
// Numbers in Buffers: readInt32BE, writeDoubleLE and the rest, added to Buffer.prototype.
// https://nodejs.org/docs/latest-v20.x/api/buffer.html#bufreadbigint64beoffset

const { codes } = require('internal/errors');
const { validateNumber } = require('internal/errors/validators');

function outOfBounds(value, length, type) {
  if (Math.floor(value) !== value) {
    validateNumber(value, type ?? 'offset');
    throw new codes.ERR_OUT_OF_RANGE(type ?? 'offset', 'an integer', value);
  }
  if (length < 0) throw new codes.ERR_BUFFER_OUT_OF_BOUNDS();
  throw new codes.ERR_OUT_OF_RANGE(type ?? 'offset', `>= ${type ? 1 : 0} and <= ${length}`, value);
}

// Throws unless `size` bytes at `offset` are inside.
function check(buffer, offset, size) {
  if (typeof offset !== 'number') validateNumber(offset, 'offset');
  if (buffer[offset] === undefined || buffer[offset + size - 1] === undefined) {
    outOfBounds(offset, buffer.length - size);
  }
}

function checkSize(byteLength) {
  if (byteLength === undefined) throw new codes.ERR_INVALID_ARG_TYPE('byteLength', 'number', byteLength);
  if (!(byteLength >= 1 && byteLength <= 6 && Number.isInteger(byteLength))) {
    outOfBounds(byteLength, 6, 'byteLength');
  }
}

function valueOutOfRange(value, min, max, size) {
  const n = typeof min === 'bigint' ? 'n' : '';
  let range;
  if (size > 4) {
    const bits = size * 8;
    if (min === 0 || min === 0n) range = `>= 0${n} and < 2${n} ** ${bits}${n}`;
    else range = `>= -(2${n} ** ${bits - 1}${n}) and < 2${n} ** ${bits - 1}${n}`;
  } else {
    range = `>= ${min}${n} and <= ${max}${n}`;
  }
  throw new codes.ERR_OUT_OF_RANGE('value', range, value);
}

function checkValue(value, min, max, buffer, offset, size) {
  if (value > max || value < min) valueOutOfRange(value, min, max, size);
  check(buffer, offset, size);
}

function readUIntLE(buffer, offset, size) {
  check(buffer, offset, size);
  let value = 0;
  let scale = 1;
  for (let i = 0; i < size; i++) {
    value += buffer[offset + i] * scale;
    scale *= 256;
  }
  return value;
}

function readUIntBE(buffer, offset, size) {
  check(buffer, offset, size);
  let value = 0;
  for (let i = 0; i < size; i++) value = value * 256 + buffer[offset + i];
  return value;
}

function signed(value, size) {
  const half = 2 ** (size * 8 - 1);
  return value >= half ? value - 2 * half : value;
}

function putLE(buffer, value, offset, size) {
  // 2's complement by arithmetic: 6 bytes do not fit into bit operations.
  if (value < 0) value += 2 ** (size * 8);
  for (let i = 0; i < size; i++) {
    buffer[offset + i] = value;
    value = Math.floor(value / 256);
  }
  return offset + size;
}

function putBE(buffer, value, offset, size) {
  if (value < 0) value += 2 ** (size * 8);
  for (let i = size - 1; i >= 0; i--) {
    buffer[offset + i] = value;
    value = Math.floor(value / 256);
  }
  return offset + size;
}

function int32LE(buffer, offset) {
  if (typeof offset !== 'number') validateNumber(offset, 'offset');
  const first = buffer[offset];
  const last = buffer[offset + 3];
  if (first === undefined || last === undefined) outOfBounds(offset, buffer.length - 4);
  return first | (buffer[offset + 1] << 8) | (buffer[offset + 2] << 16) | (last << 24);
}

function int32BE(buffer, offset) {
  if (typeof offset !== 'number') validateNumber(offset, 'offset');
  const first = buffer[offset];
  const last = buffer[offset + 3];
  if (first === undefined || last === undefined) outOfBounds(offset, buffer.length - 4);
  return (first << 24) | (buffer[offset + 1] << 16) | (buffer[offset + 2] << 8) | last;
}

const floats = new Float32Array(1);
const floatBytes = new Uint8Array(floats.buffer);
const doubles = new Float64Array(1);
const doubleBytes = new Uint8Array(doubles.buffer);

function readFloatWith(array, bytes, reverse) {
  const size = bytes.length;
  return function (offset = 0) {
    check(this, offset, size);
    for (let i = 0; i < size; i++) bytes[reverse ? size - 1 - i : i] = this[offset + i];
    return array[0];
  };
}

function writeFloatWith(array, bytes, reverse) {
  const size = bytes.length;
  return function (value, offset = 0) {
    array[0] = value;
    check(this, offset, size);
    for (let i = 0; i < size; i++) this[offset + i] = bytes[reverse ? size - 1 - i : i];
    return offset + size;
  };
}

// Doubles are written out: V8 does not take loops over constants apart.
function readDoubleLE(offset = 0) {
  if (typeof offset !== 'number') validateNumber(offset, 'offset');
  const first = this[offset];
  const last = this[offset + 7];
  if (first === undefined || last === undefined) outOfBounds(offset, this.length - 8);
  doubleBytes[0] = first;
  doubleBytes[1] = this[offset + 1];
  doubleBytes[2] = this[offset + 2];
  doubleBytes[3] = this[offset + 3];
  doubleBytes[4] = this[offset + 4];
  doubleBytes[5] = this[offset + 5];
  doubleBytes[6] = this[offset + 6];
  doubleBytes[7] = last;
  return doubles[0];
}

function readDoubleBE(offset = 0) {
  if (typeof offset !== 'number') validateNumber(offset, 'offset');
  const first = this[offset];
  const last = this[offset + 7];
  if (first === undefined || last === undefined) outOfBounds(offset, this.length - 8);
  doubleBytes[7] = first;
  doubleBytes[6] = this[offset + 1];
  doubleBytes[5] = this[offset + 2];
  doubleBytes[4] = this[offset + 3];
  doubleBytes[3] = this[offset + 4];
  doubleBytes[2] = this[offset + 5];
  doubleBytes[1] = this[offset + 6];
  doubleBytes[0] = last;
  return doubles[0];
}

function writeDoubleLE(value, offset = 0) {
  doubles[0] = value;
  check(this, offset, 8);
  this[offset] = doubleBytes[0];
  this[offset + 1] = doubleBytes[1];
  this[offset + 2] = doubleBytes[2];
  this[offset + 3] = doubleBytes[3];
  this[offset + 4] = doubleBytes[4];
  this[offset + 5] = doubleBytes[5];
  this[offset + 6] = doubleBytes[6];
  this[offset + 7] = doubleBytes[7];
  return offset + 8;
}

function writeDoubleBE(value, offset = 0) {
  doubles[0] = value;
  check(this, offset, 8);
  this[offset] = doubleBytes[7];
  this[offset + 1] = doubleBytes[6];
  this[offset + 2] = doubleBytes[5];
  this[offset + 3] = doubleBytes[4];
  this[offset + 4] = doubleBytes[3];
  this[offset + 5] = doubleBytes[2];
  this[offset + 6] = doubleBytes[1];
  this[offset + 7] = doubleBytes[0];
  return offset + 8;
}

function readBig(isSigned, little) {
  const array = isSigned ? new BigInt64Array(1) : new BigUint64Array(1);
  const bytes = new Uint8Array(array.buffer);
  const reverse = !little;
  return function (offset = 0) {
    check(this, offset, 8);
    for (let i = 0; i < 8; i++) bytes[reverse ? 7 - i : i] = this[offset + i];
    return array[0];
  };
}

function writeBig(min, max, little) {
  return function (value, offset = 0) {
    if (value > max || value < min) valueOutOfRange(value, min, max, 8);
    check(this, offset, 8);
    let low = Number(value & 0xffffffffn);
    let high = Number((value >> 32n) & 0xffffffffn);
    for (let i = 0; i < 4; i++) {
      this[offset + (little ? i : 7 - i)] = low;
      this[offset + (little ? 4 + i : 3 - i)] = high;
      low >>>= 8;
      high >>>= 8;
    }
    return offset + 8;
  };
}

// The common widths are written out: these run per packet field in programs.
const methods = {
  readDoubleLE,
  readDoubleBE,
  writeDoubleLE,
  writeDoubleBE,
  readUInt8(offset = 0) {
    validateNumber(offset, 'offset');
    const value = this[offset];
    if (value === undefined) outOfBounds(offset, this.length - 1);
    return value;
  },
  readInt8(offset = 0) {
    validateNumber(offset, 'offset');
    const value = this[offset];
    if (value === undefined) outOfBounds(offset, this.length - 1);
    return value | ((value & 0x80) * 0x1fffffe);
  },
  readUInt16LE(offset = 0) {
    if (typeof offset !== 'number') validateNumber(offset, 'offset');
    const first = this[offset];
    const last = this[offset + 1];
    if (first === undefined || last === undefined) outOfBounds(offset, this.length - 2);
    return first | (last << 8);
  },
  readUInt16BE(offset = 0) {
    if (typeof offset !== 'number') validateNumber(offset, 'offset');
    const first = this[offset];
    const last = this[offset + 1];
    if (first === undefined || last === undefined) outOfBounds(offset, this.length - 2);
    return (first << 8) | last;
  },
  readInt16LE(offset = 0) {
    return (methods.readUInt16LE.call(this, offset) << 16) >> 16;
  },
  readInt16BE(offset = 0) {
    return (methods.readUInt16BE.call(this, offset) << 16) >> 16;
  },
  readUInt32LE(offset = 0) {
    return int32LE(this, offset) >>> 0;
  },
  readUInt32BE(offset = 0) {
    return int32BE(this, offset) >>> 0;
  },
  readInt32LE(offset = 0) {
    return int32LE(this, offset);
  },
  readInt32BE(offset = 0) {
    return int32BE(this, offset);
  },
  readUIntLE(offset, byteLength) {
    checkReadArguments(offset, byteLength);
    return readUIntLE(this, offset, byteLength);
  },
  readUIntBE(offset, byteLength) {
    checkReadArguments(offset, byteLength);
    return readUIntBE(this, offset, byteLength);
  },
  readIntLE(offset, byteLength) {
    checkReadArguments(offset, byteLength);
    return signed(readUIntLE(this, offset, byteLength), byteLength);
  },
  readIntBE(offset, byteLength) {
    checkReadArguments(offset, byteLength);
    return signed(readUIntBE(this, offset, byteLength), byteLength);
  },
  writeUIntLE(value, offset, byteLength) {
    return writeSized(this, value, offset, byteLength, false, putLE);
  },
  writeUIntBE(value, offset, byteLength) {
    return writeSized(this, value, offset, byteLength, false, putBE);
  },
  writeIntLE(value, offset, byteLength) {
    return writeSized(this, value, offset, byteLength, true, putLE);
  },
  writeIntBE(value, offset, byteLength) {
    return writeSized(this, value, offset, byteLength, true, putBE);
  },
};

function checkReadArguments(offset, byteLength) {
  if (offset === undefined) throw new codes.ERR_INVALID_ARG_TYPE('offset', 'number', offset);
  checkSize(byteLength);
}

function writeSized(buffer, value, offset, size, isSigned, put) {
  checkSize(size);
  value = +value;
  if (offset === undefined) throw new codes.ERR_INVALID_ARG_TYPE('offset', 'number', offset);
  const max = isSigned ? 2 ** (size * 8 - 1) - 1 : 2 ** (size * 8) - 1;
  checkValue(value, isSigned ? -max - 1 : 0, max, buffer, offset, size);
  return put(buffer, value, offset, size);
}

for (const size of [1, 2, 4]) {
  for (const isSigned of [false, true]) {
    const max = isSigned ? 2 ** (size * 8 - 1) - 1 : 2 ** (size * 8) - 1;
    const min = isSigned ? -max - 1 : 0;
    const name = `write${isSigned ? 'Int' : 'UInt'}${size * 8}`;
    const writer = (put) =>
      function (value, offset = 0) {
        value = +value;
        if (size === 1) validateNumber(offset, 'offset');
        checkValue(value, min, max, this, offset, size);
        return put(this, value, offset);
      };
    if (size === 1) {
      methods[name] = writer((buffer, value, offset) => {
        buffer[offset] = value;
        return offset + 1;
      });
    } else if (size === 2) {
      methods[`${name}LE`] = writer((buffer, value, offset) => {
        buffer[offset] = value;
        buffer[offset + 1] = value >>> 8;
        return offset + 2;
      });
      methods[`${name}BE`] = writer((buffer, value, offset) => {
        buffer[offset] = value >>> 8;
        buffer[offset + 1] = value;
        return offset + 2;
      });
    } else {
      methods[`${name}LE`] = writer((buffer, value, offset) => {
        buffer[offset] = value;
        buffer[offset + 1] = value >>> 8;
        buffer[offset + 2] = value >>> 16;
        buffer[offset + 3] = value >>> 24;
        return offset + 4;
      });
      methods[`${name}BE`] = writer((buffer, value, offset) => {
        buffer[offset] = value >>> 24;
        buffer[offset + 1] = value >>> 16;
        buffer[offset + 2] = value >>> 8;
        buffer[offset + 3] = value;
        return offset + 4;
      });
    }
  }
}

for (const [suffix, little] of [
  ['LE', true],
  ['BE', false],
]) {
  methods[`readFloat${suffix}`] = readFloatWith(floats, floatBytes, !little);
  methods[`writeFloat${suffix}`] = writeFloatWith(floats, floatBytes, !little);
  methods[`readBigUInt64${suffix}`] = readBig(false, little);
  methods[`readBigInt64${suffix}`] = readBig(true, little);
  methods[`writeBigUInt64${suffix}`] = writeBig(0n, 0xffffffffffffffffn, little);
  methods[`writeBigInt64${suffix}`] = writeBig(-0x8000000000000000n, 0x7fffffffffffffffn, little);
}

function addNumberMethods(prototype) {
  for (const name of Object.keys(methods)) {
    prototype[name] = methods[name];
    // readUInt8 is also readUint8.
    if (name.includes('UInt')) prototype[name.replace('UInt', 'Uint')] = methods[name];
    if (methods[name].name === '') Object.defineProperty(methods[name], 'name', { value: name });
  }
}

module.exports = { addNumberMethods };
