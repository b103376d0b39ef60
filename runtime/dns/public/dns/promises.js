'use strict';
// The public module `dns/promises`.

const dns = require('dns');

const methods = {};
for (const [name, value] of Object.entries(Object.getOwnPropertyDescriptors(dns))) {
  if (typeof value.value === 'string') methods[name] = value.value;
  if (/^(resolve|reverse|getServers|setServers)/.test(name)) methods[name] = value.value;
}

module.exports = {
  ...methods,
  Resolver: dns.Resolver,
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
