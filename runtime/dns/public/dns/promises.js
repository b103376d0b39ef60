'use strict';
// The public module `dns/promises`.

const dns = require('dns');

const { PromiseResolver, addFunctions, defaultPromiseResolver } = require('internal/dns/resolver');

const methods = {};
for (const [name, value] of Object.entries(dns)) {
  if (typeof value === 'string') methods[name] = value; // NODATA and the other codes
}
addFunctions(methods, defaultPromiseResolver);

module.exports = {
  ...methods,
  Resolver: PromiseResolver,
  getDefaultResultOrder: dns.getDefaultResultOrder,
  setDefaultResultOrder: dns.setDefaultResultOrder,
  lookup(hostname, options) {
    return new Promise((resolve, reject) => {
      dns.lookup(hostname, options ?? {}, (error, address, family) => {
        if (error) reject(error);
        else resolve(Array.isArray(address) ? address : { address, family });
      });
    });
  },
  lookupService(address, port) {
    return new Promise((resolve, reject) => {
      dns.lookupService(address, port, (error, hostname, service) => {
        if (error) reject(error);
        else resolve({ hostname, service });
      });
    });
  },
};
