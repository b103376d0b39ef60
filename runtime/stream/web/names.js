'use strict';
// The classes of the web streams by the file that has them (internal/stream/web/<key>): what node:stream/web exports and what
// programs have as globals.

module.exports = {
  readable: [
    'ReadableStream',
    'ReadableStreamDefaultReader',
    'ReadableStreamBYOBReader',
    'ReadableStreamBYOBRequest',
    'ReadableByteStreamController',
    'ReadableStreamDefaultController',
  ],
  transform: ['TransformStream', 'TransformStreamDefaultController'],
  writable: ['WritableStream', 'WritableStreamDefaultController', 'WritableStreamDefaultWriter'],
  strategies: ['ByteLengthQueuingStrategy', 'CountQueuingStrategy'],
  encoding: ['TextEncoderStream', 'TextDecoderStream'],
  compression: ['CompressionStream', 'DecompressionStream'],
};
