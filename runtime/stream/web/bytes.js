'use strict';
// Buffers and views as byte streams handle them: who owns a buffer, and what is asked to be filled.

const { codes } = require('internal/errors');
const { Buffer } = require('buffer');
const { detach } = internalBinding('script');

const tag = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
).get;

// The constructor of a view, whatever its `constructor` says.
function typeOfView(view) {
  if (Buffer.isBuffer(view)) return Buffer;
  const name = Reflect.apply(tag, view, []);
  return name === undefined ? DataView : globalThis[name];
}

function isDetached(buffer) {
  if (buffer.byteLength !== 0) return false;
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

// The bytes move to a new buffer; the old one is empty and of no use from then on.
function transferBuffer(buffer) {
  if (isDetached(buffer)) throw new codes.ERR_INVALID_STATE.TypeError('ArrayBuffer is detached');
  const moved = detach(buffer);
  if (moved === undefined) throw new TypeError('Cannot transfer object of unsupported type.');
  return moved;
}

// Does a Buffer share its memory with others? (Buffer.poolSize)
function isPooled(view) {
  return (
    Buffer.isBuffer(view) && view.buffer.byteLength === Buffer.poolSize && view.byteLength < Buffer.poolSize
  );
}

function copyBytes(target, targetOffset, source, sourceOffset, length) {
  new Uint8Array(target, targetOffset, length).set(new Uint8Array(source, sourceOffset, length));
}

// Bytes in the queue.
class Region {
  constructor(buffer, byteOffset, byteLength) {
    this.buffer = buffer;
    this.byteOffset = byteOffset;
    this.byteLength = byteLength;
  }
}

// A buffer that waits to be filled. All figures are bytes; `Type` is the class of view that the reader gets back.
class PullInto {
  constructor(buffer, byteOffset, byteLength, minimum, elementSize, Type, readerType) {
    this.buffer = buffer;
    this.bufferByteLength = buffer.byteLength;
    this.byteOffset = byteOffset;
    this.byteLength = byteLength;
    this.filled = 0;
    this.minimum = minimum;
    this.elementSize = elementSize;
    this.Type = Type;
    this.readerType = readerType; // 'default', 'byob', or 'none': its reader was released
  }

  // The buffer changes hands with the view.
  toView() {
    const { Type, byteOffset, filled, elementSize } = this;
    if (Type === Buffer) return Buffer.from(transferBuffer(this.buffer), byteOffset, filled);
    return new Type(transferBuffer(this.buffer), byteOffset, filled / elementSize);
  }
}

module.exports = { PullInto, Region, copyBytes, isDetached, isPooled, transferBuffer, typeOfView };
