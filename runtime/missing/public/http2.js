'use strict';
// The module `http2`, not implemented yet.

const { missingModule } = require('internal/missing/module');

module.exports = missingModule(
  'http2',
  [
    'connect',
    'createServer',
    'createSecureServer',
    'getDefaultSettings',
    'getPackedSettings',
    'getUnpackedSettings',
    'performServerHandshake',
    'Http2ServerRequest',
    'Http2ServerResponse',
  ],
  { constants: {} },
);
