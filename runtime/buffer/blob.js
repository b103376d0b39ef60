'use strict';
// Blob and File (W3C File API; Node doc: buffer, "Class: Blob"): immutable bytes, sliced without copying. Their bytes are in
// parts (blob_parts.js), some of which may be files.

const { codes } = require('internal/errors');
const { Buffer, kMaxLength } = require('buffer');
const { inspect, types } = require('util');
const { FilePart, MemoryPart, PartReader, sliceParts } = require('internal/buffer/blob_parts');
const { OnObject, kClone, kDeserialize, makeCarrier } = require('internal/messaging/transferable');

const kChunkBytes = 65536;

/** A type is lower case ASCII, or nothing. */
const cleanType = (type) => (/[^\u0020-\u007e]/.test(type) ? '' : type.toLowerCase());

const isObject = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function';

// What a Blob knows. Blobs are carriers: structured cloning copies them.
class Fields extends OnObject {
  #parts;
  #size;
  #type;

  constructor(blob, parts, type) {
    super(blob);
    this.#parts = parts;
    this.#type = cleanType(type);
    this.#size = 0;
    for (const part of parts) this.#size += part.size;
  }

  static is(object) {
    return isObject(object) && #parts in object;
  }
  static parts(blob) {
    Fields.#check(blob);
    return blob.#parts;
  }
  static size(blob) {
    Fields.#check(blob);
    return blob.#size;
  }
  static type(blob) {
    Fields.#check(blob);
    return blob.#type;
  }
  static #check(blob) {
    if (!Fields.is(blob)) throw new codes.ERR_INVALID_THIS('Blob');
  }
}

function addPart(parts, source, endings) {
  let bytes;
  if (Fields.is(source)) {
    parts.push(...Fields.parts(source));
    return;
  }
  if (types.isAnyArrayBuffer(source)) {
    bytes = new Uint8Array(source).slice();
  } else if (types.isArrayBufferView(source)) {
    bytes = new Uint8Array(source.buffer, source.byteOffset, source.byteLength).slice();
  } else {
    const text = `${source}`;
    const { buffer, byteOffset, byteLength } = Buffer.from(
      endings === 'native' ? text.replace(/\r\n?/g, '\n') : text,
    );
    bytes = new Uint8Array(buffer, byteOffset, byteLength);
  }
  if (bytes.byteLength > 0) parts.push(new MemoryPart(bytes));
}

/** A position of slice(): from the end when negative, kept inside. */
function clamp(position, size) {
  const n = Math.trunc(Number(position)) || 0;
  return n < 0 ? Math.max(size + n, 0) : Math.min(n, size);
}

async function readAll(parts, size) {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(await part.read(0, part.size), at);
    at += part.size;
  }
  return whole;
}

function show(object, name, fields, depth, options) {
  if (depth < 0) return `[${name}]`;
  const inner = { ...options, depth: options.depth == null ? null : options.depth - 1 };
  return `${name} ${inspect(fields, inner)}`;
}

class Blob {
  constructor(sources = [], options = {}) {
    if (!isObject(sources) || typeof sources[Symbol.iterator] !== 'function') {
      throw new codes.ERR_INVALID_ARG_TYPE('sources', 'a sequence', sources);
    }
    if (options !== null && !isObject(options)) {
      throw new codes.ERR_INVALID_ARG_TYPE('options', 'Object', options);
    }
    const { type = '', endings = 'transparent' } = options ?? {};
    if (endings !== 'transparent' && endings !== 'native') {
      throw new codes.ERR_INVALID_ARG_VALUE('options.endings', endings);
    }
    const parts = [];
    for (const source of sources) addPart(parts, source, endings);
    const blob = new Fields(makeCarrier(new.target.prototype), parts, `${type}`);
    if (Fields.size(blob) > kMaxLength) throw new codes.ERR_BUFFER_TOO_LARGE(kMaxLength);
    return blob;
  }

  get size() {
    return Fields.size(this);
  }

  get type() {
    return Fields.type(this);
  }

  slice(start = 0, end = Fields.size(this), type = '') {
    const size = Fields.size(this);
    const from = clamp(start, size);
    return blobOf(sliceParts(Fields.parts(this), from, clamp(end, size)), `${type}`);
  }

  async arrayBuffer() {
    return (await readAll(Fields.parts(this), this.size)).buffer;
  }

  async bytes() {
    return readAll(Fields.parts(this), this.size);
  }

  async text() {
    const bytes = await readAll(Fields.parts(this), this.size);
    return new TextDecoder().decode(bytes);
  }

  stream() {
    const reader = new PartReader(Fields.parts(this));
    return new ReadableStream({
      type: 'bytes',
      async pull(controller) {
        // Bytes of a file that has become empty are none: its part says so by an error.
        let bytes;
        do bytes = await reader.next(kChunkBytes);
        while (bytes?.byteLength === 0);
        if (bytes !== undefined) {
          controller.enqueue(bytes);
        } else {
          controller.close();
          controller.byobRequest?.respond(0); // one that waits gets its view back, empty
        }
      },
    });
  }

  [inspect.custom](depth, options) {
    return show(this, 'Blob', { size: this.size, type: this.type }, depth, options);
  }

  [kClone]() {
    return {
      data: { bytes: cloneBytes(this), type: this.type },
      deserializeInfo: 'internal/buffer/blob:cloned',
    };
  }
}

function blobOf(parts, type) {
  return new Fields(makeCarrier(Blob.prototype), parts, type);
}

// What of a Blob goes into a message.
function cloneBytes(blob) {
  const parts = Fields.parts(blob);
  if (!parts.every((part) => part instanceof MemoryPart)) {
    throw new codes.ERR_INVALID_STATE('File-backed Blobs are not cloneable');
  }
  const whole = new Uint8Array(blob.size);
  let at = 0;
  for (const part of parts) {
    whole.set(part.read(0, part.size), at);
    at += part.size;
  }
  return whole;
}

const partsOfMessage = (bytes) => (bytes.byteLength > 0 ? [new MemoryPart(bytes)] : []);
const cloned = { [kDeserialize]: ({ bytes, type }) => blobOf(partsOfMessage(bytes), type) };
const clonedFile = {
  [kDeserialize]({ bytes, type, name, lastModified }) {
    return new File([blobOf(partsOfMessage(bytes), '')], name, { type, lastModified });
  },
};

class File extends Blob {
  #name;
  #lastModified;

  constructor(sources, name, options = {}) {
    if (arguments.length < 2) throw new codes.ERR_MISSING_ARGS('sources', 'fileName');
    super(sources, options);
    const { lastModified } = options ?? {};
    this.#name = `${name}`.toWellFormed();
    this.#lastModified = lastModified === undefined ? Date.now() : Math.trunc(+lastModified) || 0;
  }

  get name() {
    File.#check(this);
    return this.#name;
  }

  get lastModified() {
    File.#check(this);
    return this.#lastModified;
  }

  [inspect.custom](depth, options) {
    const { size, type, name, lastModified } = this;
    return show(this, 'File', { size, type, name, lastModified }, depth, options);
  }

  [kClone]() {
    const { type, name, lastModified } = this;
    const data = { bytes: cloneBytes(this), type, name, lastModified };
    return { data, deserializeInfo: 'internal/buffer/blob:clonedFile' };
  }

  static #check(file) {
    if (!isObject(file) || !(#name in file)) throw new codes.ERR_INVALID_THIS('File');
  }
}

function finish(Class, name, keys) {
  for (const key of keys) Object.defineProperty(Class.prototype, key, { enumerable: true });
  Object.defineProperty(Class.prototype, Symbol.toStringTag, { configurable: true, value: name });
}
finish(Blob, 'Blob', ['size', 'type', 'slice', 'arrayBuffer', 'bytes', 'text', 'stream']);
finish(File, 'File', ['name', 'lastModified']);

/** fs.openAsBlob(): a Blob of a file as it is now. */
function blobOfFile(path, type) {
  const { size, mtimeMs, ino } = require('fs').statSync(path);
  return blobOf([new FilePart({ path, size, mtimeMs, ino })], type);
}

/** The same Blob again, as another object. */
const copyOf = (blob) => blobOf(Fields.parts(blob), Fields.type(blob));

module.exports = { Blob, File, blobOfFile, cloned, clonedFile, copyOf, isBlob: Fields.is };
