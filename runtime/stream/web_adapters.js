'use strict';
// Between Node's streams and web streams: not implemented yet, as web streams are not.

module.exports = require('internal/stream/not_implemented')('stream/web', [
  'newReadableFromWeb',
  'newWebFromReadable',
  'newWritableFromWeb',
  'newWebFromWritable',
  'newDuplexFromWeb',
  'newWebFromDuplex',
]);
