'use strict';
// Blob and File (Node.js "Buffer", "Class: Blob"): names that programs look at when they start; making one is refused.
const { notImplemented } = require('internal/errors');

class Blob {
  constructor() {
    throw notImplemented('Blob');
  }
}

class File extends Blob {}

module.exports = { Blob, File };
