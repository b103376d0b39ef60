'use strict';
// Buffer (https://nodejs.org/docs/latest-v20.x/api/buffer.html): a Uint8Array with Node's methods. Small buffers that need not be zeroed
// share 8 KB pools.

const binding = internalBinding('buffer');
const { codes } = require('internal/errors');
const {
  validateArray,
  validateBuffer,
  validateInteger,
  validateNumber,
  validateString,
} = require('internal/errors/validators');
const {
  encodingOps,
  getEncodingOps,
  encodingNumbers,
  normalizeEncoding,
} = require('internal/buffer/encodings');
const { addNumberMethods } = require('internal/buffer/numbers');

const { ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_OUT_OF_RANGE } = codes;

const { kMaxLength, kStringMaxLength } = binding;
const kInspect = Symbol.for('nodejs.util.inspect.custom');
const TypedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype);
const getTypedArrayTag = Object.getOwnPropertyDescriptor(TypedArrayPrototype, Symbol.toStringTag).get;

// Called by themselves these are an instruction or two; through a property V8 often calls them.
const getByteLength = Object.getOwnPropertyDescriptor(TypedArrayPrototype, 'byteLength').get;
const getByteOffset = Object.getOwnPropertyDescriptor(TypedArrayPrototype, 'byteOffset').get;
const lengthOf = (bytes) => getByteLength.call(bytes);

const { set: setBytes, fill: fillBytes } = TypedArrayPrototype;

const isUint8Array = (value) => ArrayBuffer.isView(value) && getTypedArrayTag.call(value) === 'Uint8Array';
const { isAnyArrayBuffer: hasArrayBuffer } = internalBinding('types');
const isAnyArrayBuffer = (value) => typeof value === 'object' && hasArrayBuffer(value);

class FastBuffer extends Uint8Array {
  // Without this V8 spreads arguments.
  constructor(a, b, c) {
    super(a, b, c);
  }
}

function Buffer(argument, encodingOrOffset, length) {
  warnConstructor();
  if (typeof argument === 'number') {
    if (typeof encodingOrOffset === 'string') throw new ERR_INVALID_ARG_TYPE('string', 'string', argument);
    return Buffer.alloc(argument);
  }
  return Buffer.from(argument, encodingOrOffset, length);
}

FastBuffer.prototype.constructor = Buffer;
Buffer.prototype = FastBuffer.prototype;
Object.setPrototypeOf(Buffer, Uint8Array);
Object.defineProperty(Buffer, Symbol.species, {
  configurable: true,
  enumerable: false,
  get: () => FastBuffer,
});
binding.setBufferPrototype(Buffer.prototype);
Object.defineProperty(Buffer.prototype, require('internal/buffer/length').kLength, {
  get: Object.getOwnPropertyDescriptor(TypedArrayPrototype, 'length').get,
});

let warned = false;
function warnConstructor() {
  if (warned || process.noDeprecation) return;
  warned = require('internal/buffer/deprecated').warnConstructor(Buffer);
}

// ---- Allocation

Buffer.poolSize = 8 * 1024;
let pool; // an ArrayBuffer; made when first needed, never in the startup snapshot
let poolBytes; // all of it
let poolSize = 0;
let poolOffset = 0;

function createUnsafe(size) {
  if (size <= 0) return new FastBuffer();
  return new FastBuffer(binding.createUnsafeArrayBuffer(size));
}

function newPool() {
  poolSize = Buffer.poolSize;
  pool = binding.createUnsafeArrayBuffer(poolSize, true);
  poolBytes = new FastBuffer(pool);
  poolOffset = 0;
}

function alignPool() {
  if (poolOffset & 7) poolOffset = (poolOffset | 7) + 1;
}

function allocate(size) {
  if (size <= 0) return new FastBuffer();
  if (size >= Buffer.poolSize >>> 1) return createUnsafe(size);
  if (pool === undefined || size > poolSize - poolOffset) newPool();
  const result = new FastBuffer(pool, poolOffset, size);
  poolOffset += size;
  alignPool();
  return result;
}

function checkSize(size) {
  validateNumber(size, 'size', 0, kMaxLength);
}

Buffer.alloc = function alloc(size, fill, encoding) {
  checkSize(size);
  if (fill !== undefined && fill !== 0 && size > 0) {
    return fillBuffer(createUnsafe(size), fill, 0, size, encoding);
  }
  return new FastBuffer(size);
};
Buffer.allocUnsafe = function allocUnsafe(size) {
  checkSize(size);
  return allocate(size);
};
Buffer.allocUnsafeSlow = function allocUnsafeSlow(size) {
  checkSize(size);
  return createUnsafe(size);
};

function SlowBuffer(size) {
  checkSize(size);
  return createUnsafe(size);
}
Object.setPrototypeOf(SlowBuffer.prototype, Uint8Array.prototype);
Object.setPrototypeOf(SlowBuffer, Uint8Array);

// ---- Buffer.from

const FROM_TYPES = ['string', 'Buffer', 'ArrayBuffer', 'Array', 'Array-like Object'];

Buffer.from = function from(value, encodingOrOffset, length) {
  if (typeof value === 'string') return fromString(value, encodingOrOffset);
  if (typeof value === 'object' && value !== null) {
    if (isAnyArrayBuffer(value)) return fromArrayBuffer(value, encodingOrOffset, length);
    const primitive = value.valueOf?.();
    if (
      primitive != null &&
      primitive !== value &&
      (typeof primitive === 'string' || typeof primitive === 'object')
    ) {
      return Buffer.from(primitive, encodingOrOffset, length);
    }
    const result = fromObject(value);
    if (result !== undefined) return result;
    if (typeof value[Symbol.toPrimitive] === 'function') {
      const text = value[Symbol.toPrimitive]('string');
      if (typeof text === 'string') return fromString(text, encodingOrOffset);
    }
  }
  throw new ERR_INVALID_ARG_TYPE('first argument', FROM_TYPES, value);
};

function fromString(string, encoding) {
  let ops = encodingOps.utf8;
  if (typeof encoding === 'string' && encoding.length > 0 && encoding !== 'utf8') {
    ops = getEncodingOps(encoding);
    if (ops === undefined) throw new codes.ERR_UNKNOWN_ENCODING(encoding);
  }
  if (string.length === 0) return new FastBuffer();
  // No character takes more than three bytes: written without asking for the size first.
  if (ops === encodingOps.utf8 && string.length * 3 < Buffer.poolSize >>> 1) return fromUtf8(string);
  const size = ops.byteLength(string);
  if (size === 0) return new FastBuffer();
  if (size >= Buffer.poolSize >>> 1) {
    const result = createUnsafe(size);
    const written = ops.write(result, string, 0, size);
    return written === size ? result : new FastBuffer(result.buffer, 0, written);
  }
  if (pool === undefined || size > poolSize - poolOffset) newPool();
  let result = new FastBuffer(pool, poolOffset, size);
  const written = ops.write(result, string, 0, size);
  if (written !== size) result = new FastBuffer(pool, poolOffset, written);
  poolOffset += written;
  alignPool();
  return result;
}

function fromUtf8(string) {
  if (pool === undefined || string.length * 3 > poolSize - poolOffset) newPool();
  const written = binding.utf8Write.call(poolBytes, string, poolOffset, poolSize - poolOffset);
  const result = new FastBuffer(pool, poolOffset, written);
  poolOffset += written;
  alignPool();
  return result;
}

function fromArrayBuffer(memory, offset, length) {
  if (offset === undefined) {
    offset = 0;
  } else {
    offset = +offset;
    if (Number.isNaN(offset)) offset = 0;
  }
  const max = memory.byteLength - offset;
  if (max < 0) throw new codes.ERR_BUFFER_OUT_OF_BOUNDS('offset');
  if (length === undefined) {
    length = max;
  } else {
    length = +length;
    if (length > 0) {
      if (length > max) throw new codes.ERR_BUFFER_OUT_OF_BOUNDS('length');
    } else {
      length = 0;
    }
  }
  return new FastBuffer(memory, offset, length);
}

function fromArrayLike(source) {
  const length = Number(source.length);
  if (!(length > 0)) return new FastBuffer();
  const result = allocate(Math.trunc(length));
  if (Array.isArray(source) || (ArrayBuffer.isView(source) && getTypedArrayTag.call(source) !== undefined)) {
    setBytes.call(result, source, 0);
  } else {
    for (let i = 0; i < result.length; i++) result[i] = source[i];
  }
  return result;
}

function fromObject(value) {
  if (value.length !== undefined || isAnyArrayBuffer(value.buffer)) {
    return typeof value.length !== 'number' ? new FastBuffer() : fromArrayLike(value);
  }
  if (value.type === 'Buffer' && Array.isArray(value.data)) return fromArrayLike(value.data);
  return undefined;
}

Buffer.copyBytesFrom = function copyBytesFrom(view, offset, length) {
  if (!ArrayBuffer.isView(view) || getTypedArrayTag.call(view) === undefined)
    throw new ERR_INVALID_ARG_TYPE('view', ['TypedArray'], view);
  const viewLength = view.length;
  if (viewLength === 0) return Buffer.alloc(0);
  if (offset !== undefined || length !== undefined) {
    if (offset !== undefined) {
      validateInteger(offset, 'offset', 0);
      if (offset >= viewLength) return Buffer.alloc(0);
    } else {
      offset = 0;
    }
    let end = viewLength;
    if (length !== undefined) {
      validateInteger(length, 'length', 0);
      end = offset + length;
    }
    view = view.slice(offset, end);
  }
  return fromArrayLike(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
};

Buffer.of = function of(...items) {
  const result = allocate(items.length);
  for (let i = 0; i < items.length; i++) result[i] = items[i];
  return result;
};

// ---- Statics

Buffer.isBuffer = function isBuffer(value) {
  return value instanceof Buffer;
};

Buffer.isEncoding = function isEncoding(encoding) {
  return typeof encoding === 'string' && encoding.length !== 0 && normalizeEncoding(encoding) !== undefined;
};

function requireUint8Array(value, name) {
  if (!isUint8Array(value)) throw new ERR_INVALID_ARG_TYPE(name, ['Buffer', 'Uint8Array'], value);
}

Buffer.compare = function compare(a, b) {
  requireUint8Array(a, 'buf1');
  requireUint8Array(b, 'buf2');
  return a === b ? 0 : binding.compare(a, b);
};

Buffer.concat = function concat(list, length) {
  validateArray(list, 'list');
  if (list.length === 0) return new FastBuffer();
  if (length === undefined) {
    length = 0;
    for (let i = 0; i < list.length; i++) if (list[i]?.length) length += list[i].length;
  } else {
    validateInteger(length, 'length', 0);
  }
  const result = Buffer.allocUnsafe(length);
  let position = 0;
  for (let i = 0; i < list.length; i++) {
    const item = list[i];
    if (!isUint8Array(item)) throw new ERR_INVALID_ARG_TYPE(`list[${i}]`, ['Buffer', 'Uint8Array'], item);
    const size = lengthOf(item);
    if (size <= length - position) {
      setBytes.call(result, item, position);
      position += size;
    } else {
      position += copyBytes(item, result, position, 0, size);
    }
  }
  if (position < length) fillBytes.call(result, 0, position, length);
  return result;
};

function byteLength(value, encoding) {
  if (typeof value !== 'string') {
    if (ArrayBuffer.isView(value) || isAnyArrayBuffer(value)) return value.byteLength;
    throw new ERR_INVALID_ARG_TYPE('string', ['string', 'Buffer', 'ArrayBuffer'], value);
  }
  if (value.length === 0) return 0;
  if (!encoding || encoding === 'utf8') return binding.byteLengthUtf8(value);
  return (getEncodingOps(encoding) ?? encodingOps.utf8).byteLength(value);
}
Buffer.byteLength = byteLength;

// ---- Views and text

const { prototype } = Buffer;

Object.defineProperties(prototype, {
  parent: {
    enumerable: true,
    get() {
      return this instanceof Buffer ? this.buffer : undefined;
    },
  },
  offset: {
    enumerable: true,
    get() {
      return this instanceof Buffer ? this.byteOffset : undefined;
    },
  },
});

for (const name of ['ascii', 'base64', 'base64url', 'latin1', 'hex', 'ucs2', 'utf8']) {
  prototype[`${name}Slice`] = binding[`${name}Slice`];
  prototype[`${name}Write`] = binding[`${name}Write`];
}

prototype.toString = function toString(encoding, start, end) {
  const length = lengthOf(this);
  if (arguments.length === 0) return length === 0 ? '' : binding.utf8Slice.call(this, 0, length);
  if (start <= 0) start = 0;
  else if (start >= length) return '';
  else start = Math.trunc(start) || 0;
  if (end === undefined || end > length) end = length;
  else end = Math.trunc(end) || 0;
  if (end <= start) return '';
  if (encoding === undefined) return binding.utf8Slice.call(this, start, end);
  const ops = getEncodingOps(encoding);
  if (ops === undefined) throw new codes.ERR_UNKNOWN_ENCODING(encoding);
  return ops.slice(this, start, end);
};
prototype.toLocaleString = prototype.toString;

prototype.equals = function equals(other) {
  if (!isUint8Array(other)) throw new ERR_INVALID_ARG_TYPE('otherBuffer', ['Buffer', 'Uint8Array'], other);
  if (this === other) return true;
  const length = lengthOf(this);
  return length === lengthOf(other) && (length === 0 || binding.compare(this, other) === 0);
};

let inspectMaxBytes = 50;

prototype[kInspect] = function inspect(depth, context) {
  const shown = Math.min(inspectMaxBytes, this.length);
  const rest = this.length - inspectMaxBytes;
  let text = this.hexSlice(0, shown)
    .replace(/(.{2})/g, '$1 ')
    .trim();
  if (rest > 0) text += ` ... ${rest} more byte${rest > 1 ? 's' : ''}`;
  if (context) {
    // Properties that a program added.
    const { getOwnNonIndexProperties } = require('internal/util/inspect');
    let extras = false;
    const object = { __proto__: null };
    for (const key of getOwnNonIndexProperties(this, context.showHidden)) {
      extras = true;
      object[key] = this[key];
    }
    if (extras) {
      if (this.length !== 0) text += ', ';
      const { inspect: show } = require('internal/util/inspect');
      text += show(object, { ...context, breakLength: Infinity, compact: true }).slice(27, -2);
    }
  }
  return `<${this.constructor.name} ${text}>`;
};
prototype.inspect = prototype[kInspect];

prototype.compare = function compare(target, targetStart, targetEnd, sourceStart, sourceEnd) {
  requireUint8Array(target, 'target');
  if (arguments.length === 1) return binding.compare(this, target);
  targetStart = index(targetStart, 'targetStart', 0, 0);
  sourceStart = index(sourceStart, 'sourceStart', 0, 0);
  targetEnd = index(targetEnd, 'targetEnd', target.length, target.length);
  sourceEnd = index(sourceEnd, 'sourceEnd', this.length, this.length);
  if (sourceStart >= sourceEnd) return targetStart >= targetEnd ? 0 : -1;
  if (targetStart >= targetEnd) return 1;
  return binding.compareOffset(
    this,
    target,
    targetStart,
    sourceStart,
    targetEnd - targetStart,
    sourceEnd - sourceStart,
  );
};

function index(value, name, otherwise, max) {
  if (value === undefined) return otherwise;
  validateInteger(value, name, 0, max || undefined);
  return value;
}

// ---- Searching

function search(buffer, value, offset, encoding, forward) {
  if (typeof offset === 'string') {
    encoding = offset;
    offset = undefined;
  } else if (offset > 0x7fffffff) {
    offset = 0x7fffffff;
  } else if (offset < -0x80000000) {
    offset = -0x80000000;
  }
  offset = +offset;
  if (Number.isNaN(offset)) offset = forward ? 0 : buffer.length || buffer.byteLength;
  offset = Math.trunc(offset);
  if (typeof value === 'number') {
    const near = forward && offset >= 0 ? findNear(buffer, value & 255, offset) : -1;
    return near !== -1 ? near : binding.indexOfNumber(buffer, value >>> 0, offset, forward);
  }
  const ops = encoding === undefined ? encodingOps.utf8 : getEncodingOps(encoding);
  if (typeof value === 'string') {
    if (ops === undefined) throw new codes.ERR_UNKNOWN_ENCODING(encoding);
    return binding.indexOfString(buffer, value, offset, ops.number, forward);
  }
  if (isUint8Array(value)) {
    return binding.indexOfBuffer(buffer, value, offset, (ops ?? encodingOps.utf8).number, forward);
  }
  throw new ERR_INVALID_ARG_TYPE('value', ['number', 'string', 'Buffer', 'Uint8Array'], value);
}

// A look at the first bytes: shorter than a call into C++.
function findNear(buffer, byte, from) {
  const end = Math.min(from + 48, lengthOf(buffer));
  for (let i = from; i < end; i++) if (buffer[i] === byte) return i;
  return -1;
}

prototype.indexOf = function indexOf(value, offset, encoding) {
  validateBuffer(this);
  return search(this, value, offset, encoding, true);
};
prototype.lastIndexOf = function lastIndexOf(value, offset, encoding) {
  validateBuffer(this);
  return search(this, value, offset, encoding, false);
};
prototype.includes = function includes(value, offset, encoding) {
  return this.indexOf(value, offset, encoding) !== -1;
};

// ---- Filling, writing, copying

prototype.fill = function fill(value, offset, end, encoding) {
  return fillBuffer(this, value, offset, end, encoding);
};

function fillBuffer(buffer, value, offset, end, encoding) {
  if (typeof value === 'string') {
    if (offset === undefined || typeof offset === 'string') {
      encoding = offset;
      offset = 0;
      end = buffer.length;
    } else if (typeof end === 'string') {
      encoding = end;
      end = buffer.length;
    }
    if (normalizeEncoding(encoding) === undefined) {
      validateString(encoding, 'encoding');
      throw new codes.ERR_UNKNOWN_ENCODING(encoding);
    }
    if (value.length === 0) {
      // Filling with nothing is filling with zeros.
      value = 0;
    } else if (value.length === 1) {
      const name = normalizeEncoding(encoding);
      const code = value.charCodeAt(0);
      if ((name === 'utf8' && code < 128) || name === 'latin1') value = code & 255;
    }
  } else {
    encoding = undefined;
  }
  if (offset === undefined) {
    offset = 0;
    end = buffer.length;
  } else {
    validateNumber(offset, 'offset', 0);
    if (end === undefined) {
      end = buffer.length;
    } else {
      validateNumber(end, 'end', 0, buffer.length);
    }
    if (offset >= end) return buffer;
  }
  if (typeof value === 'number' || typeof value === 'boolean') {
    // The length is asked from V8, not from a property a program may have set.
    const length = getByteLength.call(buffer);
    if (end > length) throw new codes.ERR_BUFFER_OUT_OF_BOUNDS();
    fillBytes.call(buffer, Number(value) & 255, Math.trunc(offset), Math.trunc(end));
    return buffer;
  }
  const number = encodingNumbers[normalizeEncoding(encoding)];
  const result = binding.fill(buffer, value, Math.trunc(offset), Math.trunc(end), number);
  if (result === -1) throw new ERR_INVALID_ARG_VALUE('value', value);
  if (result === -2) throw new codes.ERR_BUFFER_OUT_OF_BOUNDS();
  return buffer;
}

prototype.write = function write(string, offset, length, encoding) {
  if (typeof string !== 'string') throw new ERR_INVALID_ARG_TYPE('argument', 'string', string);
  if (offset === undefined) return binding.utf8Write.call(this, string, 0, lengthOf(this));
  if (length === undefined && typeof offset === 'string') {
    encoding = offset;
    length = this.length;
    offset = 0;
  } else {
    const size = lengthOf(this);
    validateInteger(offset, 'offset', 0, size);
    const remaining = size - offset;
    if (length === undefined) {
      length = remaining;
    } else if (typeof length === 'string') {
      encoding = length;
      length = remaining;
    } else {
      validateInteger(length, 'length', 0, size);
      if (length > remaining) length = remaining;
    }
  }
  if (!encoding || encoding === 'utf8') return binding.utf8Write.call(this, string, offset, length);
  const ops = getEncodingOps(encoding);
  if (ops === undefined) throw new codes.ERR_UNKNOWN_ENCODING(encoding);
  return ops.write(this, string, offset, length);
};

function toInteger(value, otherwise) {
  value = +value;
  return Number.isNaN(value) || value < Number.MIN_SAFE_INTEGER || value > Number.MAX_SAFE_INTEGER
    ? otherwise
    : Math.trunc(value);
}

// Arguments are in range; the count is cut to what fits.
function copyBytes(source, target, targetStart, sourceStart, sourceEnd) {
  let count = sourceEnd - sourceStart;
  const room = target.byteLength - targetStart;
  if (count > room) count = room;
  const rest = lengthOf(source) - sourceStart;
  if (count > rest) count = rest;
  if (count <= 0) return 0;
  binding.copy(source, target, targetStart, sourceStart, count);
  return count;
}

prototype.copy = function copy(target, targetStart, sourceStart, sourceEnd) {
  if (!isUint8Array(this)) throw new ERR_INVALID_ARG_TYPE('source', ['Buffer', 'Uint8Array'], this);
  if (!ArrayBuffer.isView(target)) throw new ERR_INVALID_ARG_TYPE('target', ['Buffer', 'Uint8Array'], target);
  if (targetStart === undefined) {
    targetStart = 0;
  } else {
    targetStart = toInteger(targetStart, 0);
    if (targetStart < 0) throw new ERR_OUT_OF_RANGE('targetStart', '>= 0', targetStart);
  }
  if (sourceStart === undefined) {
    sourceStart = 0;
  } else {
    sourceStart = toInteger(sourceStart, 0);
    if (sourceStart < 0 || sourceStart > lengthOf(this)) {
      throw new ERR_OUT_OF_RANGE('sourceStart', `>= 0 && <= ${lengthOf(this)}`, sourceStart);
    }
  }
  if (sourceEnd === undefined) {
    sourceEnd = lengthOf(this);
  } else {
    sourceEnd = toInteger(sourceEnd, 0);
    if (sourceEnd < 0) throw new ERR_OUT_OF_RANGE('sourceEnd', '>= 0', sourceEnd);
  }
  if (targetStart >= target.byteLength || sourceStart >= sourceEnd) return 0;
  return copyBytes(this, target, targetStart, sourceStart, sourceEnd);
};

function clampIndex(value, length) {
  value = Math.trunc(+value);
  if (value === 0 || Number.isNaN(value)) return 0;
  if (value < 0) return Math.max(value + length, 0);
  return Math.min(value, length);
}

prototype.subarray = function subarray(start, end) {
  const length = lengthOf(this);
  start = clampIndex(start, length);
  end = end !== undefined ? clampIndex(end, length) : length;
  return new FastBuffer(this.buffer, getByteOffset.call(this) + start, end > start ? end - start : 0);
};
prototype.slice = function slice(start, end) {
  return this.subarray(start, end);
};

prototype.toJSON = function toJSON() {
  return { type: 'Buffer', data: this.length > 0 ? Array.from(this) : [] };
};

function swapper(width) {
  const native = binding[`swap${width * 8}`];
  return function () {
    if (this.length % width !== 0) throw new codes.ERR_INVALID_BUFFER_SIZE(`${width * 8}-bits`);
    return native(this);
  };
}
for (const width of [2, 4, 8]) {
  const name = `swap${width * 8}`;
  prototype[name] = swapper(width);
  Object.defineProperty(prototype[name], 'name', { value: name });
}

addNumberMethods(prototype);

// ---- Beside Buffer

function btoa(input) {
  if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('input');
  const result = binding.btoa(`${input}`);
  if (result === -1) {
    const { DOMException } = require('internal/errors/dom_exception');
    throw new DOMException('Invalid character', 'InvalidCharacterError');
  }
  return result;
}

// https://infra.spec.whatwg.org/#forgiving-base64-decode
function atob(input) {
  if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('input');
  const text = binding.atob(`${input}`);
  if (text === undefined) {
    const { DOMException } = require('internal/errors/dom_exception');
    throw new DOMException('The string to be decoded is not correctly encoded.', 'InvalidCharacterError');
  }
  return text;
}

function checkedBytes(input) {
  if (!ArrayBuffer.isView(input) && !isAnyArrayBuffer(input)) {
    throw new ERR_INVALID_ARG_TYPE('input', ['ArrayBuffer', 'Buffer', 'TypedArray'], input);
  }
  if ((input.buffer ?? input).detached || isDetached(input.buffer ?? input)) {
    throw new codes.ERR_INVALID_STATE('Cannot validate on a detached buffer');
  }
  return input;
}

function isDetached(memory) {
  if (memory.byteLength !== 0) return false;
  try {
    new Uint8Array(memory);
    return false;
  } catch {
    return true;
  }
}

// Between utf8, utf16le, latin1 and ascii; characters that the target lacks become '?'.
function transcode(source, from, to) {
  requireUint8Array(source, 'source');
  if (source.length === 0) return Buffer.alloc(0);
  const known = ['utf8', 'utf16le', 'latin1', 'ascii'];
  from = normalizeEncoding(from);
  to = normalizeEncoding(to);
  if (!known.includes(from) || !known.includes(to)) {
    const error = new Error('Unable to transcode Buffer [U_ILLEGAL_ARGUMENT_ERROR]');
    error.code = 'U_ILLEGAL_ARGUMENT_ERROR';
    error.errno = 1;
    throw error;
  }
  const text = encodingOps[from].slice(source, 0, source.length);
  if (to === 'latin1' || to === 'ascii') {
    const limit = to === 'ascii' ? 127 : 255;
    let result = '';
    for (const c of text) result += c.codePointAt(0) > limit ? '?' : c;
    return fromString(result, 'latin1');
  }
  return fromString(text, to);
}

module.exports = {
  Buffer,
  SlowBuffer,
  transcode,
  isUtf8: (input) => binding.isUtf8(checkedBytes(input)),
  isAscii: (input) => binding.isAscii(checkedBytes(input)),
  kMaxLength,
  kStringMaxLength,
  btoa,
  atob,
};

Object.defineProperties(module.exports, {
  constants: {
    enumerable: true,
    value: Object.defineProperties(
      {},
      {
        MAX_LENGTH: { value: kMaxLength, enumerable: true },
        MAX_STRING_LENGTH: { value: kStringMaxLength, enumerable: true },
      },
    ),
  },
  INSPECT_MAX_BYTES: {
    configurable: true,
    enumerable: true,
    get: () => inspectMaxBytes,
    set(value) {
      validateNumber(value, 'INSPECT_MAX_BYTES', 0);
      inspectMaxBytes = value;
    },
  },
  Blob: {
    configurable: true,
    enumerable: true,
    get: () => require('internal/buffer/blob').Blob,
  },
  File: {
    configurable: true,
    enumerable: true,
    get: () => require('internal/buffer/blob').File,
  },
  resolveObjectURL: {
    configurable: true,
    enumerable: true,
    value: function resolveObjectURL(url) {
      return require('internal/buffer/object_urls').resolveObjectURL(url);
    },
  },
});
