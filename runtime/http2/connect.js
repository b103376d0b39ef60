'use strict';
// http2.connect() (Node doc: http2).

const { promisify } = require('util');
const { codes } = require('internal/errors');
const { ClientHttp2Session } = require('internal/http2/client_session');
const { checkObject } = require('internal/http2/headers');
const { initializeOptions, initializeTLSOptions } = require('internal/http2/options');
const { kAuthority, kProtocol } = require('internal/http2/symbols');

function hostOf(authority) {
  const { hostname, host } = authority;
  if (hostname) return hostname[0] === '[' ? hostname.slice(1, -1) : hostname;
  return host || 'localhost';
}

function openSocket(authority, protocol, port, host, options) {
  if (typeof options.createConnection === 'function') return options.createConnection(authority, options);
  const net = require('net');
  if (protocol === 'http:') return net.connect({ port, host, ...options });
  if (protocol !== 'https:') throw new codes.ERR_HTTP2_UNSUPPORTED_PROTOCOL(protocol);
  const servername = net.isIP(host) ? undefined : host;
  return require('tls').connect(port, host, initializeTLSOptions(options, servername));
}

function connect(authority, options, listener) {
  if (typeof options === 'function') {
    listener = options;
    options = undefined;
  }
  checkObject(options, 'options');
  options = initializeOptions(options);
  if (typeof authority === 'string') authority = new URL(authority);
  checkObject(authority, 'authority', ['string', 'Object', 'URL']);
  const protocol = authority.protocol || options.protocol || 'https:';
  const port = authority.port !== '' ? `${authority.port}` : authority.protocol === 'http:' ? '80' : '443';
  const host = hostOf(authority);
  const socket = openSocket(authority, protocol, port, host, options);
  const session = new ClientHttp2Session(options, socket);
  session[kAuthority] = `${options.servername || host}:${port}`;
  session[kProtocol] = protocol;
  if (typeof listener === 'function') session.once('connect', listener);
  return session;
}

Object.defineProperty(connect, promisify.custom, {
  configurable: true,
  value: (authority, options) =>
    new Promise((resolve, reject) => {
      const session = connect(authority, options, () => {
        session.removeListener('error', reject);
        resolve(session);
      });
      session.once('error', reject);
    }),
});

module.exports = { connect };
