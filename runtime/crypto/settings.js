'use strict';
// What crypto is told about itself (Node doc: crypto.getFips, setFips, setEngine, secureHeapUsed).

const binding = internalBinding('crypto_settings');
const { codes } = require('internal/errors');
const { validateNumber, validateString } = require('internal/errors/validators');
const options = require('internal/main/options');

const kSmallestPiece = 2;
const heap = { total: 0, min: kSmallestPiece };

// --secure-heap: called before OpenSSL makes its first key.
function startSecureHeap() {
  const total = options.get('--secure-heap');
  const min = Math.max(options.get('--secure-heap-min') ?? 0, kSmallestPiece);
  if (binding.startHeap(total, min)) Object.assign(heap, { total, min });
}

function secureHeapUsed() {
  const used = binding.heapUsed();
  return { total: heap.total, used, utilization: heap.total === 0 ? 0 : used / heap.total, min: heap.min };
}

function setFips(on) {
  binding.setFips(!!on);
}

function setEngine(id, flags) {
  validateString(id, 'engine');
  if (flags) validateNumber(flags, 'flags');
  throw new codes.ERR_CRYPTO_CUSTOM_ENGINE_NOT_SUPPORTED();
}

module.exports = { getFips: binding.getFips, secureHeapUsed, setEngine, setFips, startSecureHeap };
