'use strict';
// The public module `dns`: lookup() and lookupService() by the system's resolver, resolve*() by questions to name servers.
// https://nodejs.org/docs/latest-v20.x/api/dns.html

const { codes, uvErrmapGet } = require('internal/errors');
const {
  validateFunction,
  validateNumber,
  validateOneOf,
  validateBoolean,
  validatePort,
  validateString,
} = require('internal/errors/validators');
const { isIP } = require('internal/net/ip');
const { Resolver, addFunctions, defaultResolver } = require('internal/dns/resolver');
const network = require('internal/perf_hooks/network');

const EAI_NONAME = -3008;
const EAI_NODATA = -3007;
const EAI_MEMORY = -3006;
const ENOMEM = -12;
let defaultOrder = 'verbatim';

function lookupError(number, hostname) {
  const code =
    number === EAI_NONAME || number === EAI_NODATA
      ? 'ENOTFOUND'
      : number === EAI_MEMORY
        ? 'ENOMEM'
        : (uvErrmapGet(number)?.[0] ?? `EAI_${number}`);
  const error = new Error(`getaddrinfo ${code} ${hostname}`);
  error.errno = number === EAI_MEMORY ? ENOMEM : number;
  error.code = code;
  error.syscall = 'getaddrinfo';
  if (hostname) error.hostname = hostname;
  return error;
}

function normalize(options) {
  const result = { family: 0, hints: 0, all: false, verbatim: defaultOrder === 'verbatim' };
  if (typeof options === 'number') {
    validateOneOf(options, 'family', [0, 4, 6]);
    result.family = options;
  } else if (options !== undefined && typeof options !== 'object') {
    throw new codes.ERR_INVALID_ARG_TYPE('options', ['integer', 'object'], options);
  } else if (options) {
    if (options.hints != null) {
      validateNumber(options.hints, 'options.hints');
      const { AI_ADDRCONFIG, AI_ALL, AI_V4MAPPED } = internalBinding('cares_wrap');
      result.hints = options.hints >>> 0;
      if (result.hints & ~(AI_ADDRCONFIG | AI_ALL | AI_V4MAPPED)) {
        throw new codes.ERR_INVALID_ARG_VALUE('hints', options.hints);
      }
    }
    if (options.family != null) {
      if (options.family === 'IPv4') result.family = 4;
      else if (options.family === 'IPv6') result.family = 6;
      else {
        validateOneOf(options.family, 'options.family', [0, 4, 6]);
        result.family = options.family;
      }
    }
    if (options.all != null) {
      validateBoolean(options.all, 'options.all');
      result.all = options.all;
    }
    if (options.verbatim != null) {
      validateBoolean(options.verbatim, 'options.verbatim');
      result.verbatim = options.verbatim;
    }
  }
  return result;
}

function lookup(hostname, options, callback) {
  if (hostname) validateString(hostname, 'hostname');
  if (typeof options === 'function') {
    callback = options;
    options = undefined;
  } else {
    validateFunction(callback, 'callback');
  }
  const { family, hints, all, verbatim } = normalize(options);
  if (!hostname) {
    const none = family === 6 ? 6 : 4;
    process.nextTick(callback, null, all ? [] : null, all ? undefined : none);
    return {};
  }
  const literal = isIP(hostname);
  if (literal) {
    if (all) process.nextTick(callback, null, [{ address: hostname, family: literal }]);
    else process.nextTick(callback, null, hostname, literal);
    return {};
  }
  const { ResolveRequest, getaddrinfo } = internalBinding('cares_wrap');
  const req = new ResolveRequest();
  req.hostname = hostname;
  let timing;
  if (network.counts.dns > 0)
    timing = network.start('dns', 'lookup', { hostname, family: family ?? 0, hints: hints ?? 0, verbatim });
  req.oncomplete = (error, addresses) => {
    if (error) return callback(lookupError(error, hostname));
    if (timing !== undefined) network.stop(timing, { addresses });
    const list = addresses.map((address) => ({ address, family: family || isIP(address) }));
    if (all) callback(null, list);
    else callback(null, list[0].address, list[0].family);
  };
  const error = getaddrinfo(req, hostname, family, hints, verbatim);
  if (error) process.nextTick(callback, lookupError(error, hostname));
  return req;
}

function lookupService(address, port, callback) {
  if (arguments.length !== 3) throw new codes.ERR_MISSING_ARGS('address', 'port', 'callback');
  if (isIP(address) === 0) throw new codes.ERR_INVALID_ARG_VALUE('address', address);
  validatePort(port);
  validateFunction(callback, 'callback');
  const { ResolveRequest, getnameinfo } = internalBinding('cares_wrap');
  const req = new ResolveRequest();
  const fail = (number) => {
    const error = lookupError(number, address);
    error.syscall = 'getnameinfo';
    error.message = error.message.replace('getaddrinfo', 'getnameinfo');
    return error;
  };
  let timing;
  if (network.counts.dns > 0) timing = network.start('dns', 'lookupService', { host: address, port });
  req.oncomplete = (error, hostname, service) => {
    if (error) return callback(fail(error));
    if (timing !== undefined) network.stop(timing, { hostname, service });
    return callback(null, hostname, service);
  };
  const error = getnameinfo(req, address, Number(port));
  if (error) throw fail(error);
  return req;
}
const custom = Symbol.for('nodejs.util.promisify.custom');
Object.defineProperty(lookup, custom, { get: () => require('dns/promises').lookup });
Object.defineProperty(lookupService, custom, { get: () => require('dns/promises').lookupService });

module.exports = {
  lookup,
  lookupService,
  Resolver,
  getDefaultResultOrder: () => defaultOrder,
  setDefaultResultOrder(order) {
    validateOneOf(order, 'dnsOrder', ['verbatim', 'ipv4first']);
    defaultOrder = order;
  },
  get promises() {
    return require('dns/promises');
  },
  get ADDRCONFIG() {
    return internalBinding('cares_wrap').AI_ADDRCONFIG;
  },
  get ALL() {
    return internalBinding('cares_wrap').AI_ALL;
  },
  get V4MAPPED() {
    return internalBinding('cares_wrap').AI_V4MAPPED;
  },
};
addFunctions(module.exports, defaultResolver);
for (const code of [
  ...['NODATA', 'FORMERR', 'SERVFAIL', 'NOTFOUND', 'NOTIMP', 'REFUSED', 'BADQUERY', 'BADNAME', 'BADFAMILY'],
  ...[
    'BADRESP',
    'CONNREFUSED',
    'TIMEOUT',
    'EOF',
    'FILE',
    'NOMEM',
    'DESTRUCTION',
    'BADSTR',
    'BADFLAGS',
    'NONAME',
  ],
  ...['BADHINTS', 'NOTINITIALIZED', 'LOADIPHLPAPI', 'ADDRGETNETWORKPARAMS', 'CANCELLED'],
]) {
  module.exports[code] = `E${code}`;
}
