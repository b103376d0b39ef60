'use strict';
// TextEncoderStream and TextDecoderStream (https://encoding.spec.whatwg.org/#interface-textencoderstream).

const { codes } = require('internal/errors');
const { defineFace, innerOf, kInner } = require('internal/stream/web/common');
const { TransformStream } = require('internal/stream/web/transform');

class CoderInner {
  constructor(coder, stream) {
    this.coder = coder;
    this.stream = stream;
  }
}

function need(face, name) {
  const inner = innerOf(face, CoderInner);
  if (inner === undefined) throw new codes.ERR_INVALID_THIS(name);
  return inner;
}

const isHigh = (code) => code >= 0xd800 && code <= 0xdbff;

// A surrogate pair may be cut between two chunks: its first half waits for the second.
function encodingTransformer(encoder) {
  let high = '';
  return {
    transform(chunk, controller) {
      let text = high + `${chunk}`;
      high = '';
      if (text.length > 0 && isHigh(text.charCodeAt(text.length - 1))) {
        high = text.at(-1);
        text = text.slice(0, -1);
      }
      if (text.length > 0) controller.enqueue(encoder.encode(text));
    },
    flush(controller) {
      if (high !== '') controller.enqueue(new Uint8Array([0xef, 0xbf, 0xbd]));
    },
  };
}

class TextEncoderStream {
  constructor() {
    const encoder = new TextEncoder();
    this[kInner] = new CoderInner(encoder, new TransformStream(encodingTransformer(encoder)));
  }
  get encoding() {
    return need(this, 'TextEncoderStream').coder.encoding;
  }
  get readable() {
    return need(this, 'TextEncoderStream').stream.readable;
  }
  get writable() {
    return need(this, 'TextEncoderStream').stream.writable;
  }
}

function checkBytes(chunk) {
  if (chunk instanceof ArrayBuffer || ArrayBuffer.isView(chunk) || chunk instanceof SharedArrayBuffer) return;
  throw new codes.ERR_INVALID_ARG_TYPE('chunk', ['ArrayBuffer', 'ArrayBufferView'], chunk);
}

function decodingTransformer(decoder) {
  return {
    transform(chunk, controller) {
      checkBytes(chunk);
      const text = decoder.decode(chunk, { stream: true });
      if (text !== '') controller.enqueue(text);
    },
    flush(controller) {
      const text = decoder.decode();
      if (text !== '') controller.enqueue(text);
    },
  };
}

class TextDecoderStream {
  constructor(encoding = 'utf-8', options = {}) {
    const decoder = new TextDecoder(encoding, options);
    this[kInner] = new CoderInner(decoder, new TransformStream(decodingTransformer(decoder)));
  }
  get encoding() {
    return need(this, 'TextDecoderStream').coder.encoding;
  }
  get fatal() {
    return need(this, 'TextDecoderStream').coder.fatal;
  }
  get ignoreBOM() {
    return need(this, 'TextDecoderStream').coder.ignoreBOM;
  }
  get readable() {
    return need(this, 'TextDecoderStream').stream.readable;
  }
  get writable() {
    return need(this, 'TextDecoderStream').stream.writable;
  }
}

function shownAs(name, keys) {
  return (self) => {
    need(self, name);
    return Object.fromEntries(keys.map((key) => [key, self[key]]));
  };
}

const encoderKeys = ['encoding', 'readable', 'writable'];
defineFace(TextEncoderStream, shownAs('TextEncoderStream', encoderKeys), encoderKeys);
const decoderKeys = ['encoding', 'fatal', 'ignoreBOM', 'readable', 'writable'];
defineFace(TextDecoderStream, shownAs('TextDecoderStream', decoderKeys), decoderKeys);

module.exports = { TextDecoderStream, TextEncoderStream };
