// Blob and File (W3C File API; https://nodejs.org/api/buffer.html#class-blob): immutable bytes, sliced without copying.
'use strict';

const {
  codes: { ERR_INVALID_ARG_TYPE, ERR_MISSING_ARGS },
} = require('internal/errors');
const { Buffer } = require('buffer');
const { isAnyArrayBuffer, isArrayBufferView } = require('util').types;

const kChunkBytes = 65536;
const encoder = { encode: (text) => new Uint8Array(Buffer.from(text, 'utf8')) };

/** A type is lower case ASCII, or nothing. */
const cleanType = (type) => (/[^\u0020-\u007e]/.test(type) ? '' : type.toLowerCase());

function bytesOf(part, endings) {
  if (part instanceof Blob) return part._bytes();
  if (isAnyArrayBuffer(part)) return new Uint8Array(part.slice(0));
  if (isArrayBufferView(part)) {
    return new Uint8Array(part.buffer.slice(part.byteOffset, part.byteOffset + part.byteLength));
  }
  const text = String(part);
  return encoder.encode(endings === 'native' ? text.replace(/\r\n|\r/g, '\n') : text);
}

function concat(parts) {
  if (parts.length === 1) return parts[0];
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}

/** A position of slice(): from the end when negative, kept inside. */
function clamp(position, size) {
  const n = Math.trunc(Number(position)) || 0;
  return n < 0 ? Math.max(size + n, 0) : Math.min(n, size);
}

class Blob {
  #bytes;
  #type;

  constructor(sources = [], options = {}) {
    if (sources === null || typeof sources !== 'object' || typeof sources[Symbol.iterator] !== 'function') {
      throw new ERR_INVALID_ARG_TYPE('sources', 'a sequence', sources);
    }
    if (options !== null && typeof options !== 'object' && typeof options !== 'function') {
      throw new ERR_INVALID_ARG_TYPE('options', 'Object', options);
    }
    const { type = '', endings = 'transparent' } = options ?? {};
    this.#bytes = concat(Array.from(sources, (part) => bytesOf(part, endings)));
    this.#type = cleanType(String(type));
  }

  static _of(bytes, type) {
    const blob = new Blob();
    blob.#bytes = bytes;
    blob.#type = cleanType(type);
    return blob;
  }

  _bytes() {
    return this.#bytes;
  }

  get size() {
    return this.#bytes.byteLength;
  }

  get type() {
    return this.#type;
  }

  slice(start = 0, end = this.size, type = '') {
    const from = clamp(start, this.size);
    return Blob._of(this.#bytes.subarray(from, Math.max(from, clamp(end, this.size))), String(type));
  }

  async arrayBuffer() {
    const { buffer, byteOffset, byteLength } = this.#bytes;
    return buffer.slice(byteOffset, byteOffset + byteLength);
  }

  async bytes() {
    return this.#bytes.slice();
  }

  async text() {
    const { buffer, byteOffset, byteLength } = this.#bytes;
    return Buffer.from(buffer, byteOffset, byteLength).toString('utf8');
  }

  stream() {
    const bytes = this.#bytes;
    let at = 0;
    return new ReadableStream({
      type: 'bytes',
      pull(controller) {
        if (at < bytes.byteLength) controller.enqueue(bytes.slice(at, (at += kChunkBytes)));
        if (at >= bytes.byteLength) controller.close();
      },
    });
  }

  get [Symbol.toStringTag]() {
    return 'Blob';
  }
}

class File extends Blob {
  #name;
  #lastModified;

  constructor(sources, name, options = {}) {
    if (arguments.length < 2) throw new ERR_MISSING_ARGS('sources', 'fileName');
    super(sources, options);
    this.#name = String(name);
    this.#lastModified =
      options?.lastModified === undefined ? Date.now() : Math.trunc(Number(options.lastModified)) || 0;
  }

  get name() {
    return this.#name;
  }

  get lastModified() {
    return this.#lastModified;
  }

  get [Symbol.toStringTag]() {
    return 'File';
  }
}

for (const key of ['size', 'type', 'slice', 'arrayBuffer', 'bytes', 'text', 'stream']) {
  Object.defineProperty(Blob.prototype, key, { enumerable: true });
}
for (const key of ['_bytes']) Object.defineProperty(Blob.prototype, key, { enumerable: false });

module.exports = { Blob, File };
