'use strict';
// session.socket: the session's connection, as far as a program may touch it (Node doc: http2, "http2session.socket").

const { codes } = require('internal/errors');
const { kSocket } = require('internal/http2/symbols');

const ofSession = new Set(['setTimeout', 'ref', 'unref']);
const forbidden = new Set([
  'destroy',
  'emit',
  'end',
  'pause',
  'read',
  'resume',
  'write',
  'setEncoding',
  'setKeepAlive',
  'setNoDelay',
]);

function socketOf(session) {
  const socket = session[kSocket];
  if (socket === undefined) throw new codes.ERR_HTTP2_SOCKET_UNBOUND();
  return socket;
}

const handler = {
  get(session, name) {
    if (ofSession.has(name)) return session[name].bind(session);
    if (forbidden.has(name)) throw new codes.ERR_HTTP2_NO_SOCKET_MANIPULATION();
    const socket = socketOf(session);
    const value = socket[name];
    return typeof value === 'function' ? value.bind(socket) : value;
  },

  getPrototypeOf(session) {
    return Reflect.getPrototypeOf(socketOf(session));
  },

  has(session, name) {
    return Reflect.has(socketOf(session), name);
  },

  set(session, name, value) {
    if (ofSession.has(name)) {
      session[name] = value;
      return true;
    }
    if (forbidden.has(name)) throw new codes.ERR_HTTP2_NO_SOCKET_MANIPULATION();
    socketOf(session)[name] = value;
    return true;
  },
};

const makeProxySocket = (session) => new Proxy(session, handler);

module.exports = { makeProxySocket };
