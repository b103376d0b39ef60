'use strict';
// What dgram's send() is given, in its six forms, as one.

const { Buffer } = require('buffer');
const { codes } = require('internal/errors');
const { validateNumber } = require('internal/errors/validators');

const KINDS = ['Buffer', 'TypedArray', 'DataView', 'string'];

function sliceOf(data, offset, length) {
  if (typeof data === 'string') data = Buffer.from(data);
  else if (!ArrayBuffer.isView(data)) throw new codes.ERR_INVALID_ARG_TYPE('buffer', KINDS, data);
  offset >>>= 0;
  length >>>= 0;
  if (offset > data.byteLength) throw new codes.ERR_BUFFER_OUT_OF_BOUNDS('offset');
  if (offset + length > data.byteLength) throw new codes.ERR_BUFFER_OUT_OF_BOUNDS('length');
  return Buffer.from(data.buffer, data.byteOffset + offset, length);
}

function chunksOf(data) {
  if (typeof data === 'string') return [Buffer.from(data)];
  if (ArrayBuffer.isView(data)) return [data];
  if (!Array.isArray(data)) throw new codes.ERR_INVALID_ARG_TYPE('buffer', KINDS, data);
  return data.map((one) => {
    if (typeof one === 'string') return Buffer.from(one);
    if (!ArrayBuffer.isView(one)) throw new codes.ERR_INVALID_ARG_TYPE('buffer list arguments', KINDS, data);
    return Buffer.from(one.buffer, one.byteOffset, one.byteLength);
  });
}

/**
 * send(msg[, offset, length][, port][, address][, callback]).
 * @param {boolean} connected a connected socket takes neither port nor address
 * @returns {{chunks: ArrayBufferView[], port, address, callback}}
 */
function normalizeSend(connected, [data, offset, length, port, address, callback]) {
  if (!connected) {
    if (address || (port && typeof port !== 'function')) data = sliceOf(data, offset, length);
    else [callback, port, address] = [port, offset, length];
  } else {
    if (typeof length === 'number') {
      data = sliceOf(data, offset, length);
      if (typeof port === 'function') [callback, port] = [port, null];
    } else {
      callback = offset;
    }
    if (port || address) throw new codes.ERR_SOCKET_DGRAM_IS_CONNECTED();
  }
  return { chunks: chunksOf(data), port, address, callback };
}

function validateSendTo(offset, length, port, address) {
  validateNumber(offset, 'offset');
  validateNumber(length, 'length');
  validateNumber(port, 'port');
  if (typeof address !== 'string') throw new codes.ERR_INVALID_ARG_TYPE('address', ['string'], address);
}

module.exports = { normalizeSend, validateSendTo };
