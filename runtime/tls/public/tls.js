'use strict';
// The public module `tls`. https://nodejs.org/docs/latest-v20.x/api/tls.html

const context = require('internal/tls/context');

const { deprecate } = require('internal/util');

const lazy = (name, module) => ({
  configurable: true,
  enumerable: true,
  get: () => require(module)[name],
});

const kRoots = '/etc/ssl/certs/ca-certificates.crt';
let roots;

module.exports = {
  CLIENT_RENEG_LIMIT: 3,
  CLIENT_RENEG_WINDOW: 600,
  DEFAULT_CIPHERS: require('internal/main/options').get('--tls-cipher-list') || context.defaults.ciphers,
  DEFAULT_ECDH_CURVE: 'auto',
  DEFAULT_MIN_VERSION: context.defaults.minVersion(),
  DEFAULT_MAX_VERSION: context.defaults.maxVersion(),
  SecureContext: context.SecureContext,
  createSecureContext: context.createSecureContext,
  connect: (...args) => require('internal/tls/client').connect(...args),
  createServer: (options, listener) => new (require('internal/tls/server').Server)(options, listener),
  checkServerIdentity: (...args) => require('internal/tls/identity').checkServerIdentity(...args),
  convertALPNProtocols: (...args) => require('internal/tls/alpn').convertALPNProtocols(...args),
  createSecurePair: deprecate(
    (...args) => new (require('internal/tls/secure_pair').SecurePair)(...args),
    'tls.createSecurePair() is deprecated. Please use tls.TLSSocket instead.',
    'DEP0064',
  ),
  getCiphers() {
    const names = internalBinding('tls').getCiphers();
    return [...new Set(names.map((name) => name.toLowerCase()))].sort();
  },
};
Object.defineProperties(module.exports, {
  Server: lazy('Server', 'internal/tls/server'),
  TLSSocket: lazy('TLSSocket', 'internal/tls/socket'),
  // Those of the system: what Node carries in itself is here the distribution's.
  rootCertificates: {
    configurable: true,
    enumerable: true,
    get() {
      if (roots === undefined) {
        const text = require('fs').readFileSync(process.env.SSL_CERT_FILE ?? kRoots, 'latin1');
        roots = Object.freeze(text.match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g) ?? []);
      }
      return roots;
    },
  },
});
