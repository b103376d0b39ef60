'use strict';
// The module `tls`, not implemented yet.

const { missingModule } = require('internal/missing/module');

module.exports = missingModule(
  'tls',
  [
    'connect',
    'createServer',
    'createSecureContext',
    'getCiphers',
    'checkServerIdentity',
    'TLSSocket',
    'Server',
    'SecureContext',
  ],
  {
    DEFAULT_MIN_VERSION: 'TLSv1.2',
    DEFAULT_MAX_VERSION: 'TLSv1.3',
    rootCertificates: [],
  },
);
