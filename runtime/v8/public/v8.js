// Node doc: v8: heap numbers, flags, and the serialization API.
'use strict';

const binding = internalBinding('v8');
const { Serializer, Deserializer } = internalBinding('serdes');
const { codes } = require('internal/errors');
const { validateString } = require('internal/errors/validators');
const { Buffer } = require('buffer');

const copyBytes = (view) => Buffer.from(view.buffer, view.byteOffset, view.byteLength);

Serializer.prototype._getDataCloneError = Error;
Serializer.prototype.releaseBuffer = function releaseBuffer() {
  return Buffer.from(this._releaseBuffer());
};
Deserializer.prototype.readRawBytes = function readRawBytes(length) {
  const offset = this._readRawBytes(length);
  return Buffer.from(this.buffer.buffer, this.buffer.byteOffset + offset, length);
};

// The kinds of views, by the number they have on the wire; the last one is Node's Buffer.
const kViews = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  DataView,
];
const kBuffer = 10;
kViews[11] = BigInt64Array;
kViews[12] = BigUint64Array;

class DefaultSerializer extends Serializer {
  constructor() {
    super();
    this._setTreatArrayBufferViewsAsHostObjects(true);
  }

  _writeHostObject(view) {
    if (!ArrayBuffer.isView(view)) throw new this._getDataCloneError(`${view} could not be cloned.`);
    let kind = kBuffer;
    if (view.constructor !== Buffer) {
      kind = kViews.findIndex(
        (type) => type !== undefined && type.name === Object.prototype.toString.call(view).slice(8, -1),
      );
      if (kind === -1) throw new this._getDataCloneError(`Unserializable host object: ${view}`);
    }
    this.writeUint32(kind);
    this.writeUint32(view.byteLength);
    this.writeRawBytes(copyBytes(view));
  }
}

class DefaultDeserializer extends Deserializer {
  _readHostObject() {
    const kind = this.readUint32();
    const length = this.readUint32();
    const bytes = this.readRawBytes(length);
    if (kind === kBuffer) return bytes;
    const type = kViews[kind];
    if (type === undefined) throw new Error(`Unknown view type ${kind}`);
    const size = type.BYTES_PER_ELEMENT ?? 1;
    if (length % size !== 0) throw new Error('A view of a fraction of its elements');
    // The bytes may lie at an address the type cannot start at.
    const own = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + length);
    return new type(own, 0, length / size);
  }
}

function serialize(value) {
  const serializer = new DefaultSerializer();
  serializer.writeHeader();
  serializer.writeValue(value);
  return serializer.releaseBuffer();
}

function deserialize(buffer) {
  if (!ArrayBuffer.isView(buffer) || buffer instanceof DataView) {
    throw new codes.ERR_INVALID_ARG_TYPE('buffer', ['Buffer', 'TypedArray', 'DataView'], buffer);
  }
  const deserializer = new DefaultDeserializer(buffer);
  deserializer.readHeader();
  return deserializer.readValue();
}

function setFlagsFromString(flags) {
  validateString(flags, 'flags');
  binding.setFlagsFromString(flags);
}

// What NODE_V8_COVERAGE asks for. Without it both do nothing, as documented.
function takeCoverage() {
  if (process.env.NODE_V8_COVERAGE) require('internal/inspector/coverage').take();
}

function stopCoverage() {
  if (process.env.NODE_V8_COVERAGE) require('internal/inspector/coverage').stop();
}

// User-land snapshots cannot be built, so the program is never being put into one.
function whileBuilding(name) {
  return {
    [name]() {
      throw new codes.ERR_NOT_BUILDING_SNAPSHOT();
    },
  }[name];
}

class GCProfiler {
  #native = null;
  #startTime;

  start() {
    if (this.#native !== null) return;
    this.#native = new (internalBinding('gc_profiler').GCProfiler)();
    this.#startTime = Date.now();
    this.#native.start();
  }

  stop() {
    if (this.#native === null) return undefined;
    const statistics = this.#native.stop();
    this.#native = null;
    return { version: 1, startTime: this.#startTime, statistics, endTime: Date.now() };
  }
}

const snapshot =
  (name) =>
  (...args) =>
    require('internal/v8/heap_snapshot')[name](...args);

module.exports = {
  cachedDataVersionTag: binding.cachedDataVersionTag,
  getHeapSnapshot: snapshot('getHeapSnapshot'),
  writeHeapSnapshot: snapshot('writeHeapSnapshot'),
  setHeapSnapshotNearHeapLimit: snapshot('setHeapSnapshotNearHeapLimit'),
  getHeapStatistics: binding.getHeapStatistics,
  getHeapSpaceStatistics: binding.getHeapSpaceStatistics,
  getHeapCodeStatistics: binding.getHeapCodeStatistics,
  setFlagsFromString,
  Serializer,
  Deserializer,
  DefaultSerializer,
  DefaultDeserializer,
  serialize,
  deserialize,
  takeCoverage,
  stopCoverage,
  GCProfiler,
  get promiseHooks() {
    return require('internal/async_hooks/promise_hooks');
  },
  startupSnapshot: {
    addDeserializeCallback: whileBuilding('addDeserializeCallback'),
    addSerializeCallback: whileBuilding('addSerializeCallback'),
    setDeserializeMainFunction: whileBuilding('setDeserializeMainFunction'),
    isBuildingSnapshot: () => false,
  },
};
