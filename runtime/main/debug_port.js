'use strict';
// process.debugPort, and where the inspector listens (Node doc: process, "process.debugPort"; cli, "--inspect-port").

const options = require('internal/main/options');

const kHost = '127.0.0.1';
const kPort = 9229;

let port;

/** What --inspect-port or the value of --inspect says: [host:]port, host, or [host] for an IPv6 address. */
function address() {
  const text = options.get('--inspect-port') ?? '';
  const [, host, digits] = /^(\[.*\]|.*?)?:?(?<![^:])(\d+)?$/.exec(text) ?? [undefined, text];
  return {
    host: host?.replace(/^\[(.*)\]$/, '$1') || kHost,
    port: digits === undefined ? kPort : Number(digits),
  };
}

function define() {
  Object.defineProperty(process, 'debugPort', {
    enumerable: true,
    configurable: true,
    get: () => (port ??= address().port),
    set(value) {
      const wanted = Number(value);
      if (!(wanted === 0 || (wanted >= 1024 && wanted <= 65535))) {
        throw new RangeError('process.debugPort must be 0 or in range 1024 to 65535');
      }
      port = Math.trunc(wanted);
    },
  });
}

module.exports = { address, define };
