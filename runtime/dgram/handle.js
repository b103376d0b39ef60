'use strict';
// The native handle under a dgram.Socket: made by the socket's type, bound, and with the names it resolves.

const { codes } = require('internal/errors');
const { validateFunction, validateInt32 } = require('internal/errors/validators');

// An unbound handle of 'udp4' or 'udp6'. handle.lookup(name, callback(error, ip)) resolves what the socket sends to, with the
// program's own `lookup` if there is one.
function newHandle(type, lookup) {
  if (type !== 'udp4' && type !== 'udp6') throw new codes.ERR_SOCKET_BAD_TYPE();
  if (lookup === undefined) lookup = require('dns').lookup;
  else validateFunction(lookup, 'lookup');
  const { UDP } = internalBinding('udp_wrap');
  const handle = new UDP();
  return type === 'udp4' ? asVersion4(handle, lookup) : asVersion6(handle, lookup);
}

function asVersion4(handle, lookup) {
  handle.lookup = (name, callback) => lookup(name || '127.0.0.1', 4, callback);
  return handle;
}

function asVersion6(handle, lookup) {
  handle.lookup = (name, callback) => lookup(name || '::1', 6, callback);
  handle.bind = handle.bind6;
  handle.connect = handle.connect6;
  handle.send = handle.send6;
  return handle;
}

// A handle of `addressType` ('udp4' | 'udp6' | 4 | 6) that is bound to an address or around a descriptor; a negative error
// when that failed.
function createHandle(address, port, addressType, fd, flags) {
  if (addressType === 4 || addressType === 6) addressType = `udp${addressType}`;
  const handle = newHandle(addressType);
  let error;
  if (typeof fd === 'number' && fd > 0) {
    if (!isDatagramDescriptor(fd)) {
      handle.close();
      return UV_EINVAL;
    }
    error = handle.open(fd);
  } else if (port || address) {
    error = handle.bind(address || (addressType === 'udp4' ? '0.0.0.0' : '::'), port || 0, flags);
  }
  if (!error) return handle;
  handle.close();
  return error;
}
const UV_EINVAL = -22;

function isDatagramDescriptor(fd) {
  validateInt32(fd, 'fd', 0);
  return internalBinding('tty_wrap').guessHandleType(fd) === 'UDP';
}

module.exports = { newHandle, createHandle, isDatagramDescriptor };
