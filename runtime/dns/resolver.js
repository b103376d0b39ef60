'use strict';
// dns.Resolver and the functions of `dns` that ask name servers, which are the methods of a resolver all share.

const { codes } = require('internal/errors');
const { validateFunction, validateInt32, validateString } = require('internal/errors/validators');
const { isIP } = require('internal/net/ip');
const { parseServers, formatServers } = require('internal/dns/servers');
const { TYPES, shapeAnswer } = require('internal/dns/records');

const ARES_ENOTIMP = 5; // what setting servers gives while queries are under way

// Method → type of record.
const METHODS = {
  resolve4: 'A',
  resolve6: 'AAAA',
  resolveAny: 'ANY',
  resolveCaa: 'CAA',
  resolveCname: 'CNAME',
  resolveMx: 'MX',
  resolveNaptr: 'NAPTR',
  resolveNs: 'NS',
  resolvePtr: 'PTR',
  resolveSoa: 'SOA',
  resolveSrv: 'SRV',
  resolveTxt: 'TXT',
};
const METHOD_OF = Object.fromEntries(Object.entries(METHODS).map(([method, type]) => [type, method]));

function dnsError(code, syscall, hostname) {
  const error = new Error(`${syscall} ${code}${hostname ? ` ${hostname}` : ''}`);
  return Object.assign(error, { errno: undefined, code, syscall, hostname });
}

const asciiName = (name) => (/[^\x00-\x7f]/.test(name) ? require('url').domainToASCII(name) || name : name);

// Asks for records of `type`; `done(error, answer)`.
function query(resolver, name, type, options, done) {
  const method = METHOD_OF[type];
  const syscall = `query${method.slice('resolve'.length).replace(/^4$/, 'A').replace(/^6$/, 'Aaaa')}`;
  const req = {
    callback: done,
    hostname: name,
    ttl: Boolean(options?.ttl),
    oncomplete(code, records) {
      if (code) return this.callback(dnsError(code, syscall, name));
      const answer = shapeAnswer(type, records, this);
      if (answer === undefined || answer.length === 0)
        return this.callback(dnsError('ENODATA', syscall, name));
      this.callback(null, answer);
    },
  };
  resolver._handle.query(req, asciiName(name), TYPES[type]);
  return req;
}

function reverse(resolver, address, done) {
  const req = {
    callback: done,
    hostname: address,
    oncomplete(code, names) {
      if (code) this.callback(dnsError(code, 'getHostByAddr', address));
      else this.callback(null, names);
    },
  };
  if (resolver._handle.reverse(req, address) < 0) throw dnsError('EINVAL', 'getHostByAddr', address);
  return req;
}

// The type of record that resolve(name, type) means.
function typeOf(type) {
  if (typeof type !== 'string') throw new codes.ERR_INVALID_ARG_TYPE('rrtype', 'string', type);
  if (!Object.hasOwn(METHOD_OF, type)) throw new codes.ERR_INVALID_ARG_VALUE('rrtype', type);
  return type;
}

// What resolvers with callbacks and with promises share.
class ResolverBase {
  constructor(options) {
    const { timeout = -1, tries = 4 } = { ...options };
    validateInt32(timeout, 'options.timeout', -1);
    validateInt32(tries, 'options.tries', 1);
    const { Resolver } = internalBinding('dns_resolver');
    Object.defineProperty(this, '_handle', { value: new Resolver(timeout, tries) });
  }

  cancel() {
    this._handle.cancel();
  }

  getServers() {
    return formatServers(this._handle.servers());
  }

  setServers(servers) {
    const list = parseServers(servers);
    const error = this._handle.setServers(list);
    if (error === 0) return;
    const why = error === ARES_ENOTIMP ? 'There are pending queries.' : `error ${error}`;
    throw new codes.ERR_DNS_SET_SERVERS_FAILED(why, servers);
  }

  setLocalAddress(ipv4, ipv6) {
    validateString(ipv4, 'ipv4');
    if (ipv6 !== undefined) validateString(ipv6, 'ipv6');
    const found = {};
    for (const address of [ipv4, ipv6]) {
      if (address === undefined) continue;
      const family = isIP(address);
      if (family === 0) throw new codes.ERR_INVALID_ARG_VALUE('address', address, 'is no IP address');
      if (found[family]) {
        throw new codes.ERR_INVALID_ARG_VALUE('address', address, `is a second IPv${family} address`);
      }
      found[family] = address;
    }
    this._handle.setLocalAddress(found[4] ?? null, found[6] ?? null);
  }
}

class Resolver extends ResolverBase {
  resolve(name, type, callback) {
    if (typeof type === 'function') [callback, type] = [type, 'A'];
    return this[METHOD_OF[typeOf(type)]](name, callback);
  }

  reverse(address, callback) {
    validateString(address, 'name');
    validateFunction(callback, 'callback');
    return reverse(this, address, callback);
  }
}
class PromiseResolver extends ResolverBase {
  resolve(name, type = 'A') {
    return this[METHOD_OF[typeOf(type)]](name);
  }

  reverse(address) {
    validateString(address, 'name');
    return new Promise((resolve, reject) =>
      reverse(this, address, (error, names) => (error ? reject(error) : resolve(names))),
    );
  }
}
for (const [method, type] of Object.entries(METHODS)) {
  const withCallback = {
    [method](name, options, callback) {
      if (typeof options === 'function') [callback, options] = [options, undefined];
      validateString(name, 'name');
      validateFunction(callback, 'callback');
      return query(this, name, type, options, callback);
    },
  };
  const withPromise = {
    [method](name, options) {
      validateString(name, 'name');
      return new Promise((resolve, reject) =>
        query(this, name, type, options, (error, answer) => (error ? reject(error) : resolve(answer))),
      );
    },
  };
  const define = (target, value) =>
    Object.defineProperty(target, method, { value, writable: true, configurable: true, enumerable: false });
  define(Resolver.prototype, withCallback[method]);
  define(PromiseResolver.prototype, withPromise[method]);
}
Object.defineProperty(Resolver, 'name', { value: 'Resolver' });
Object.defineProperty(PromiseResolver, 'name', { value: 'Resolver' });

// The resolver that the module's functions ask; another one after setServers().
let shared;
let sharedPromises;
function defaultResolver() {
  return (shared ??= new Resolver());
}
// Asks the same servers as the other.
function defaultPromiseResolver() {
  if (sharedPromises === undefined) {
    sharedPromises = Object.create(PromiseResolver.prototype);
    Object.defineProperty(sharedPromises, '_handle', { get: () => defaultResolver()._handle });
  }
  return sharedPromises;
}

function setServers(servers) {
  const next = new Resolver();
  next.setServers(servers);
  shared = next;
}

const NAMES = [...Object.keys(METHODS), 'resolve', 'reverse'];

/** Adds resolve*() and reverse() to a module: of the resolver that `get()` gives. */
function addFunctions(target, get) {
  for (const name of NAMES) {
    target[name] = { [name]: (...args) => get()[name](...args) }[name];
  }
  target.getServers = () => defaultResolver().getServers();
  target.setServers = setServers;
}

module.exports = { Resolver, PromiseResolver, addFunctions, defaultResolver, defaultPromiseResolver };
