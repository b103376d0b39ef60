'use strict';
// The public module `dns/promises`.

const dns = require('dns');
const { codes } = require('internal/errors');
const { PromiseResolver, addFunctions, defaultPromiseResolver } = require('internal/dns/resolver');

const methods = {};
for (const [name, value] of Object.entries(dns)) {
  if (typeof value === 'string') methods[name] = value; // NODATA and the other codes
}
addFunctions(methods, defaultPromiseResolver);

// Starts at once, so that bad arguments throw instead of rejecting.
function promised(start, shape) {
  let settle;
  const promise = new Promise((resolve, reject) => (settle = { resolve, reject }));
  start((error, ...answer) => (error ? settle.reject(error) : settle.resolve(shape(...answer))));
  return promise;
}

module.exports = {
  ...methods,
  Resolver: PromiseResolver,
  getDefaultResultOrder: dns.getDefaultResultOrder,
  setDefaultResultOrder: dns.setDefaultResultOrder,
  lookup: (hostname, options) =>
    promised(
      (done) => dns.lookup(hostname, options ?? {}, done),
      (address, family) => (Array.isArray(address) ? address : { address, family }),
    ),
  lookupService(...args) {
    if (args.length !== 2) throw new codes.ERR_MISSING_ARGS('address', 'port');
    return promised(
      (done) => dns.lookupService(...args, done),
      (hostname, service) => ({ hostname, service }),
    );
  },
};
