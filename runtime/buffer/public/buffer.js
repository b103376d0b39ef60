'use strict';
// Buffer (https://nodejs.org/docs/latest-v20.x/api/buffer.html): a Uint8Array with Node's methods. Small buffers that need not be zeroed
// share 8 KB pools.

const binding = internalBinding('buffer');
const { codes } = require('internal/errors');
const { validateArray, validateInteger, validateNumber } = require('internal/errors/validators');
const { encodingOps, getEncodingOps, normalizeEncoding } = require('internal/buffer/encodings');
const { fields, kUninitialized } = require('internal/engine/hooks');
const { addNumberMethods } = require('internal/buffer/numbers');

const { ERR_INVALID_ARG_TYPE } = codes;

const { byteLengthUtf8, compare: compareBytes, copy: copyRange, copyItems, utf8Slice, utf8Write } = binding;
const { concat: concatAll, totalLength } = binding;
const { kMaxLength, kStringMaxLength, kUntransferable } = binding;
const {
  TypedArrayPrototype,
  fillBytes,
  getByteOffset,
  getTypedArrayTag,
  isAnyArrayBuffer,
  isUint8Array,
  lengthOf,
  setBytes,
} = require('internal/buffer/views');
const { addSearchMethods, requireUint8Array } = require('internal/buffer/searching');
const { addWritingMethods, fillBuffer } = require('internal/buffer/writing');
const { atob, btoa, isAscii, isUtf8, transcode } = require('internal/buffer/conversion');

const kInspect = Symbol.for('nodejs.util.inspect.custom');
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
  fields[kUninitialized] = 1;
  try {
    return new FastBuffer(size);
  } finally {
    fields[kUninitialized] = 0;
  }
}

function newPool() {
  poolSize = Buffer.poolSize;
  poolBytes = createUnsafe(poolSize);
  pool = poolBytes.buffer;
  pool[kUntransferable] = true; // several buffers share it
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
    // An array is told without a call; a look at the rest needs one.
    if (!Array.isArray(value) && isAnyArrayBuffer(value)) {
      return fromArrayBuffer(value, encodingOrOffset, length);
    }
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
  const written = utf8Write.call(poolBytes, string, poolOffset, poolSize - poolOffset);
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
  const length = Math.trunc(Number(source.length));
  if (!(length > 0)) return new FastBuffer();
  const result = allocate(length);
  if (Array.isArray(source)) {
    if (!copyItems(result, source)) setBytes.call(result, source, 0);
  } else if (ArrayBuffer.isView(source) && getTypedArrayTag.call(source) !== undefined) {
    setBytes.call(result, source, 0);
  } else {
    for (let i = 0; i < length; i++) result[i] = source[i];
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

Buffer.compare = function compare(a, b) {
  requireUint8Array(a, 'buf1');
  requireUint8Array(b, 'buf2');
  return a === b ? 0 : compareBytes(a, b);
};

Buffer.concat = function concat(list, length) {
  validateArray(list, 'list');
  if (list.length === 0) return new FastBuffer();
  if (length !== undefined) {
    validateInteger(length, 'length', 0);
    return concatSome(list, length);
  }
  // What is usual is done in two calls.
  length = totalLength(list);
  if (length === -1) return concatSome(list, lengthOfAll(list));
  checkSize(length);
  const result = allocate(length);
  concatAll(list, result);
  return result;
};

function lengthOfAll(list) {
  let length = 0;
  for (let i = 0; i < list.length; i++) {
    const item = list[i];
    if (isUint8Array(item)) length += lengthOf(item);
    else if (item?.length) length += item.length;
  }
  return length;
}

function concatSome(list, length) {
  checkSize(length);
  const result = allocate(length);
  let position = 0;
  for (let i = 0; i < list.length; i++) {
    const item = list[i];
    if (!isUint8Array(item)) throw new ERR_INVALID_ARG_TYPE(`list[${i}]`, ['Buffer', 'Uint8Array'], item);
    const count = Math.min(lengthOf(item), length - position);
    if (count > 0) copyRange(item, result, position, 0, count);
    position += count;
  }
  if (position < length) fillBytes.call(result, 0, position, length);
  return result;
}

function byteLength(value, encoding) {
  if (typeof value !== 'string') {
    if (ArrayBuffer.isView(value) || isAnyArrayBuffer(value)) return value.byteLength;
    throw new ERR_INVALID_ARG_TYPE('string', ['string', 'Buffer', 'ArrayBuffer'], value);
  }
  if (!encoding || encoding === 'utf8') return byteLengthUtf8(value);
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
  if (arguments.length === 0) return length === 0 ? '' : utf8Slice.call(this, 0, length);
  if (start <= 0) start = 0;
  else if (start >= length) return '';
  else start = Math.trunc(start) || 0;
  if (end === undefined || end > length) end = length;
  else end = Math.trunc(end) || 0;
  if (end <= start) return '';
  if (encoding === undefined) return utf8Slice.call(this, start, end);
  const ops = getEncodingOps(encoding);
  if (ops === undefined) throw new codes.ERR_UNKNOWN_ENCODING(encoding);
  return ops.slice(this, start, end);
};
prototype.toLocaleString = prototype.toString;

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

// ---- Comparing and searching, filling, writing, copying (internal/buffer/searching, writing)

addSearchMethods(prototype);
addWritingMethods(prototype);

prototype.fill = function fill(value, offset, end, encoding) {
  return fillBuffer(this, value, offset, end, encoding);
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

module.exports = {
  Buffer,
  SlowBuffer,
  transcode,
  isUtf8,
  isAscii,
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
