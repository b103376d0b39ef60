'use strict';
// Application protocol names on the wire (RFC 7301, 3.1): each with its length before it.

const { Buffer } = require('buffer');
const { codes } = require('internal/errors');

const kLongest = 255;

function encode(protocols) {
  const parts = [];
  protocols.forEach((name, i) => {
    const bytes = Buffer.from(name);
    if (bytes.length > kLongest) {
      throw new codes.ERR_OUT_OF_RANGE(
        `The byte length of the protocol at index ${i} exceeds the maximum length.`,
        '<= 255',
        bytes.length,
        true,
      );
    }
    parts.push(Buffer.from([bytes.length]), bytes);
  });
  return Buffer.concat(parts);
}

function decode(bytes) {
  const names = [];
  for (let at = 0; at < bytes.length; at += 1 + bytes[at]) {
    names.push(bytes.toString('latin1', at + 1, at + 1 + bytes[at]));
  }
  return names;
}

/** Stores what `protocols` are on the wire in out.ALPNProtocols. */
function convertALPNProtocols(protocols, out) {
  if (Array.isArray(protocols)) out.ALPNProtocols = encode(protocols);
  else if (ArrayBuffer.isView(protocols)) {
    const { buffer, byteOffset, byteLength } = protocols;
    out.ALPNProtocols = Buffer.from(buffer.slice(byteOffset, byteOffset + byteLength));
  }
}

module.exports = { convertALPNProtocols, decode };
