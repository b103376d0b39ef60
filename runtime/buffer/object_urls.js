'use strict';
// URLs that stand for Blobs within this process (W3C File API, "Blob URLs"; Node doc: URL.createObjectURL(),
// buffer.resolveObjectURL()). They keep their Blob until they are revoked.

const { codes } = require('internal/errors');
const { copyOf, isBlob } = require('internal/buffer/blob');

const kPrefix = 'blob:nodedata:';
const blobs = new Map(); // id → Blob

function createObjectURL(blob) {
  if (!isBlob(blob)) throw new codes.ERR_INVALID_ARG_TYPE('obj', 'Blob', blob);
  const id = require('crypto').randomUUID();
  blobs.set(id, copyOf(blob));
  return kPrefix + id;
}

const idOf = (url) => (url.startsWith(kPrefix) ? url.slice(kPrefix.length) : undefined);

function revokeObjectURL(url) {
  blobs.delete(idOf(`${url}`));
}

function resolveObjectURL(url) {
  const blob = blobs.get(idOf(`${url}`));
  return blob && copyOf(blob);
}

module.exports = { createObjectURL, resolveObjectURL, revokeObjectURL };
