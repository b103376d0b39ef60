'use strict';
// createSecureContext(): options as programs give them, to a native SecureContext. Node doc: tls.createSecureContext().

const { codes } = require('internal/errors');
const {
  validateBuffer,
  validateInt32,
  validateInteger,
  validateObject,
  validateString,
} = require('internal/errors/validators');
const { Buffer } = require('buffer');
const options = require('internal/main/options');

const versions = { __proto__: null, TLSv1: 0x301, 'TLSv1.1': 0x302, 'TLSv1.2': 0x303, 'TLSv1.3': 0x304 };
const kCipherServerPreference = 0x400000;
const kTicketKeys = 48;

const defaults = {
  ciphers:
    'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:' +
    'ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:' +
    'ECDHE-ECDSA-AES256-GCM-SHA384:DHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-SHA256:DHE-RSA-AES128-SHA256:' +
    'ECDHE-RSA-AES256-SHA384:DHE-RSA-AES256-SHA384:ECDHE-RSA-AES256-SHA256:DHE-RSA-AES256-SHA256:' +
    'HIGH:!aNULL:!eNULL:!EXPORT:!DES:!RC4:!MD5:!PSK:!SRP:!CAMELLIA',
  minVersion() {
    for (const version of ['TLSv1.0', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']) {
      if (options.get(`--tls-min-v${version.slice(4)}`)) return version === 'TLSv1.0' ? 'TLSv1' : version;
    }
    return 'TLSv1.2';
  },
  maxVersion() {
    if (options.get('--tls-max-v1.3')) return 'TLSv1.3';
    return options.get('--tls-max-v1.2') ? 'TLSv1.2' : 'TLSv1.3';
  },
};

// secureProtocol names of OpenSSL: [side, min, max], numbers where they differ from the defaults.
function readMethod(name) {
  const [, base, side] = /^(.*?)_(?:(server|client)_)?method$/.exec(name) ?? [];
  const range = {
    __proto__: null,
    SSLv23: [readVersion('minimum', undefined, require('tls').DEFAULT_MIN_VERSION), versions['TLSv1.2']],
    TLS: [0, versions['TLSv1.3']],
    TLSv1: [versions.TLSv1, versions.TLSv1],
    TLSv1_1: [versions['TLSv1.1'], versions['TLSv1.1']],
    TLSv1_2: [versions['TLSv1.2'], versions['TLSv1.2']],
  }[base];
  if (range) return { side, min: range[0], max: range[1] };
  const message = /^SSLv[23]$/.test(base)
    ? `SSLv${base.slice(4)} methods disabled`
    : `Unknown method: ${name}`;
  throw Object.assign(new TypeError(message), { code: 'ERR_TLS_INVALID_PROTOCOL_METHOD' });
}

function readVersion(kind, value, otherwise) {
  value ??= otherwise;
  if (versions[value] === undefined) throw new codes.ERR_TLS_INVALID_PROTOCOL_VERSION(value, kind);
  return versions[value];
}

function makeNative({ secureProtocol, minVersion, maxVersion }) {
  const { SecureContext: Native } = internalBinding('tls');
  if (secureProtocol) {
    if (minVersion != null) throw new codes.ERR_TLS_PROTOCOL_VERSION_CONFLICT(minVersion, secureProtocol);
    if (maxVersion != null) throw new codes.ERR_TLS_PROTOCOL_VERSION_CONFLICT(maxVersion, secureProtocol);
    const { side, min, max } = readMethod(secureProtocol);
    return { native: new Native(min, max, side), min, max };
  }
  const tls = require('tls');
  const min = readVersion('minimum', minVersion, tls.DEFAULT_MIN_VERSION);
  const max = readVersion('maximum', maxVersion, tls.DEFAULT_MAX_VERSION);
  return { native: new Native(min, max, undefined), min, max };
}

function bytesOf(name, value) {
  if (typeof value === 'string') return Buffer.from(value);
  if (ArrayBuffer.isView(value)) return value;
  if (require('util').types.isAnyArrayBuffer(value)) return new Uint8Array(value);
  throw new codes.ERR_INVALID_ARG_TYPE(name, ['string', 'Buffer', 'TypedArray', 'DataView'], value);
}

const list = (value) => (!value ? [] : Array.isArray(value) ? value : [value]);

function setKeys(context, { key, passphrase, cert }) {
  for (const one of list(cert)) context.setCert(bytesOf('options.cert', one));
  for (const one of list(key)) {
    const wrapped = Array.isArray(key) && one !== null && typeof one === 'object' && one.pem !== undefined;
    const pem = wrapped ? one.pem : one;
    const secret = (wrapped ? one.passphrase : undefined) ?? passphrase;
    if (secret !== undefined && secret !== null) {
      if (typeof secret !== 'string' && !ArrayBuffer.isView(secret)) {
        throw new codes.ERR_INVALID_ARG_TYPE(
          wrapped && one.passphrase != null ? 'options.key[].passphrase' : 'options.passphrase',
          ['string', 'Buffer', 'TypedArray', 'DataView'],
          secret,
        );
      }
    }
    if (wrapped && typeof pem?.export === 'function')
      throw new codes.ERR_INVALID_ARG_TYPE('options.key', 'string', pem);
    context.setKey(bytesOf('options.key', pem), secret ?? undefined);
  }
}

function setTrust(context, { ca, crl }) {
  const authorities = list(ca);
  if (authorities.length > 0) {
    for (const one of authorities) context.addCACert(bytesOf('options.ca', one));
  } else {
    addExtra(context);
    context.addRootCerts();
  }
  for (const one of list(crl)) context.addCRL(bytesOf('options.crl', one));
}

// The system's words for it.
function reasonOf(error) {
  const [, words] = /^\w+: (.*?), \w+ '/.exec(error.message) ?? [undefined, error.message];
  return words[0].toUpperCase() + words.slice(1);
}

// Once for all contexts: reading takes long, and later changes of the environment have no effect.
let extraAdded = false;
function addExtra(context) {
  if (extraAdded) return;
  extraAdded = true;
  const file = process.env.NODE_EXTRA_CA_CERTS;
  if (!file) return;
  try {
    context.addExtraRoots(require('fs').readFileSync(file));
  } catch (error) {
    process.emitWarning(`Ignoring extra certs from \`${file}\`, load failed: ${reasonOf(error)}`);
  }
}

function setCiphers(context, ciphers) {
  if (ciphers !== undefined && ciphers !== null) validateString(ciphers, 'options.ciphers');
  // Both kinds in one list: TLS 1.3's suites, and what OpenSSL calls ciphers.
  const names = (ciphers || require('tls').DEFAULT_CIPHERS).split(':');
  const suites = names.filter((name) => name.startsWith('TLS_')).join(':');
  const older = names.filter((name) => name !== '' && !/^!?TLS_/.test(name)).join(':');
  if (suites === '' && older === '') throw new codes.ERR_INVALID_ARG_VALUE('options.ciphers', ciphers);
  // A list without suites leaves OpenSSL's own.
  if (suites !== '') context.setCipherSuites(suites);
  context.setCiphers(older);
  return older !== '';
}

function setGroups(context, { ecdhCurve = require('tls').DEFAULT_ECDH_CURVE, dhparam, sigalgs }) {
  if (sigalgs !== undefined && sigalgs !== null) {
    validateString(sigalgs, 'options.sigalgs');
    if (sigalgs === '') throw new codes.ERR_INVALID_ARG_VALUE('options.sigalgs', sigalgs);
    context.setSigalgs(sigalgs);
  }
  validateString(ecdhCurve, 'options.ecdhCurve');
  context.setECDHCurve(ecdhCurve);
  if (dhparam === undefined || dhparam === null) return;
  const warning = context.setDHParam(dhparam === 'auto' || bytesOf('options.dhparam', dhparam));
  if (warning) process.emitWarning(warning, 'SecurityWarning');
}

function setArchives(context, { pfx, passphrase }) {
  for (const one of list(pfx)) {
    const bytes = bytesOf('options.pfx', one.buf ?? one);
    const secret = one.passphrase ?? passphrase;
    if (secret) context.loadPKCS12(bytes, bytesOf('options.passphrase', secret));
    else context.loadPKCS12(bytes);
  }
}

function setSessions(context, { sessionIdContext, sessionTimeout, ticketKeys }) {
  if (sessionIdContext !== undefined && sessionIdContext !== null) {
    validateString(sessionIdContext, 'options.sessionIdContext');
    context.setSessionIdContext(sessionIdContext);
  }
  if (ticketKeys !== undefined && ticketKeys !== null) {
    validateBuffer(ticketKeys, 'options.ticketKeys');
    if (ticketKeys.byteLength !== kTicketKeys) {
      throw new codes.ERR_INVALID_ARG_VALUE(
        'options.ticketKeys',
        ticketKeys.byteLength,
        'must be exactly 48 bytes',
      );
    }
    context.setTicketKeys(ticketKeys);
  }
  if (sessionTimeout !== undefined && sessionTimeout !== null) {
    validateInt32(sessionTimeout, 'options.sessionTimeout', 0);
    context.setSessionTimeout(sessionTimeout);
  }
}

// OpenSSL's engines are not built in.
function refuseEngines(settings) {
  let any = false;
  for (const name of ['clientCertEngine', 'privateKeyEngine', 'privateKeyIdentifier']) {
    const value = settings[name];
    if (value === undefined || value === null) continue;
    if (typeof value !== 'string') {
      throw new codes.ERR_INVALID_ARG_TYPE(`options.${name}`, ['string', 'null', 'undefined'], value);
    }
    any = true;
  }
  if (any) throw new codes.ERR_CRYPTO_CUSTOM_ENGINE_NOT_SUPPORTED();
}

/** What programs hold: `context` is the native one. */
class SecureContext {
  constructor(settings = {}) {
    validateObject(settings, 'options');
    refuseEngines(settings);
    const { secureOptions = 0, honorCipherOrder } = settings;
    if (secureOptions) validateInteger(secureOptions, 'secureOptions');
    const { native, min, max } = makeNative(settings);
    Object.defineProperty(this, 'context', { value: native, writable: true, enumerable: true });
    native.setOptions(
      (secureOptions || 0) +
        (honorCipherOrder && !(secureOptions & kCipherServerPreference) ? kCipherServerPreference : 0),
    );
    // A list of ciphers may name the level that keys must have.
    const older = setCiphers(native, settings.ciphers);
    // A version without ciphers would end each handshake.
    const first = older ? min : Math.max(min, versions['TLSv1.3']);
    if (first <= max) native.setVersions(first, max);
    setTrust(native, settings);
    setKeys(native, settings);
    setGroups(native, settings);
    setArchives(native, settings);
    setSessions(native, settings);
  }
}

function createSecureContext(settings) {
  return new SecureContext(settings);
}

module.exports = { SecureContext, createSecureContext, defaults };
