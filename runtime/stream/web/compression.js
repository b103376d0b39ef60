'use strict';
// CompressionStream and DecompressionStream (https://compression.spec.whatwg.org), on node:zlib's streams.

const { codes } = require('internal/errors');
const { defineFace, innerOf, kInner } = require('internal/stream/web/common');

const compressors = { deflate: 'createDeflate', 'deflate-raw': 'createDeflateRaw', gzip: 'createGzip' };
const decompressors = { deflate: 'createInflate', 'deflate-raw': 'createInflateRaw', gzip: 'createGunzip' };

class PairInner {
  constructor(pair) {
    this.readable = pair.readable;
    this.writable = pair.writable;
  }
}

function open(makers, format) {
  if (!Object.hasOwn(makers, format)) throw new codes.ERR_INVALID_ARG_VALUE('format', format);
  const { newPairFromDuplex } = require('internal/stream/web/to_web');
  return new PairInner(newPairFromDuplex(require('zlib')[makers[format]]()));
}

function need(face, name) {
  const inner = innerOf(face, PairInner);
  if (inner === undefined) throw new codes.ERR_INVALID_THIS(name);
  return inner;
}

class CompressionStream {
  constructor(format) {
    this[kInner] = open(compressors, format);
  }
  get readable() {
    return need(this, 'CompressionStream').readable;
  }
  get writable() {
    return need(this, 'CompressionStream').writable;
  }
}

class DecompressionStream {
  constructor(format) {
    this[kInner] = open(decompressors, format);
  }
  get readable() {
    return need(this, 'DecompressionStream').readable;
  }
  get writable() {
    return need(this, 'DecompressionStream').writable;
  }
}

for (const Class of [CompressionStream, DecompressionStream]) {
  const shown = (self) => {
    const { readable, writable } = need(self, Class.name);
    return { readable, writable };
  };
  defineFace(Class, shown, ['readable', 'writable']);
}

module.exports = { CompressionStream, DecompressionStream };
