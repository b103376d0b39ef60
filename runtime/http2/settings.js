'use strict';
// HTTP/2 settings (RFC 9113, 6.5): checked, packed and unpacked (Node doc: http2, "Settings object").

const { Buffer } = require('buffer');
const { codes } = require('internal/errors');
const { checkObject } = require('internal/http2/headers');

const kMaxUint32 = 2 ** 32 - 1;
const kEntry = 6; // bytes
const kEnableConnect = 8;

// name: [id, least, most]; without limits: a boolean.
const settings = {
  headerTableSize: [1, 0, kMaxUint32],
  enablePush: [2],
  maxConcurrentStreams: [3, 0, kMaxUint32],
  initialWindowSize: [4, 0, kMaxUint32],
  maxFrameSize: [5, 16384, 2 ** 24 - 1],
  maxHeaderListSize: [6, 0, kMaxUint32],
  maxHeaderSize: [6, 0, kMaxUint32],
  enableConnectProtocol: [kEnableConnect],
};
const names = Object.keys(settings);

function checkSettings(given) {
  if (given === undefined) return;
  for (const name of names) {
    const value = given[name];
    if (value === undefined) continue;
    const [, least, most] = settings[name];
    if (least === undefined) {
      if (typeof value !== 'boolean') throw new codes.ERR_HTTP2_INVALID_SETTING_VALUE(name, value);
    } else if (typeof value !== 'number' || !(value >= least && value <= most)) {
      throw new codes.ERR_HTTP2_INVALID_SETTING_VALUE.RangeError(name, value, least, most);
    }
  }
}

let warnedOfBoth = false;

/** [id, value, …] for the native side; ids come in order and once. */
function toEntries(given) {
  const { maxHeaderSize, maxHeaderListSize } = given;
  if (maxHeaderSize !== undefined && maxHeaderListSize !== undefined && maxHeaderSize !== maxHeaderListSize) {
    if (!warnedOfBoth) {
      process.emitWarning('settings.maxHeaderSize overwrite settings.maxHeaderListSize');
      warnedOfBoth = true;
    }
  }
  const entries = [];
  for (const name of names) {
    if (name === 'maxHeaderListSize' && maxHeaderSize !== undefined) continue;
    const value = given[name];
    if (value !== undefined) entries.push(settings[name][0], Number(value));
  }
  return entries;
}

function pack(given) {
  const entries = toEntries(given);
  const packed = Buffer.allocUnsafe((entries.length / 2) * kEntry);
  for (let i = 0; i < entries.length; i += 2) {
    packed.writeUInt16BE(entries[i], (i / 2) * kEntry);
    packed.writeUInt32BE(entries[i + 1], (i / 2) * kEntry + 2);
  }
  return packed;
}

function getDefaultSettings() {
  return {
    __proto__: null,
    headerTableSize: 4096,
    enablePush: true,
    initialWindowSize: 65535,
    maxFrameSize: 16384,
    maxConcurrentStreams: kMaxUint32,
    maxHeaderSize: 65535,
    maxHeaderListSize: 65535,
    enableConnectProtocol: false,
  };
}

function getPackedSettings(given) {
  checkObject(given, 'settings');
  checkSettings(given);
  return pack({ ...given });
}

function getUnpackedSettings(packed, options = {}) {
  if (!ArrayBuffer.isView(packed) || packed.length === undefined) {
    throw new codes.ERR_INVALID_ARG_TYPE('buf', ['Buffer', 'TypedArray'], packed);
  }
  if (packed.length % kEntry !== 0) throw new codes.ERR_HTTP2_INVALID_PACKED_SETTINGS_LENGTH();
  const found = {};
  for (let at = 0; at < packed.length; at += kEntry) {
    const id = packed[at] * 256 + packed[at + 1];
    const value = ((packed[at + 2] * 256 + packed[at + 3]) * 256 + packed[at + 4]) * 256 + packed[at + 5];
    for (const name of names) {
      const [number, least] = settings[name];
      if (number === id) found[name] = least === undefined ? Boolean(value) : value;
    }
  }
  if (options != null && options.validate) checkSettings(found);
  return found;
}

/** What the native side's getSettings() gave, as an object. */
function fromNumbers(numbers) {
  const [headerTableSize, push, maxConcurrentStreams, initialWindowSize, maxFrameSize, headers, connect] =
    numbers;
  return {
    __proto__: null,
    headerTableSize,
    enablePush: Boolean(push),
    initialWindowSize,
    maxFrameSize,
    maxConcurrentStreams,
    maxHeaderListSize: headers,
    maxHeaderSize: headers,
    enableConnectProtocol: Boolean(connect),
  };
}

module.exports = {
  checkSettings,
  fromNumbers,
  getDefaultSettings,
  getPackedSettings,
  getUnpackedSettings,
  toEntries,
};
