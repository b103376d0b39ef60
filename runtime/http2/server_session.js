'use strict';
// ServerHttp2Session (Node doc: http2, "Class: ServerHttp2Session"): alternative services and origins.

const { codes } = require('internal/errors');
const { validateString } = require('internal/errors/validators');
const { constants } = require('internal/http2/constants');
const { Http2Session } = require('internal/http2/session');
const { kHandle, kServer } = require('internal/http2/symbols');

const kMaxPayload = 16382; // bytes of an ALTSVC or ORIGIN frame
const ALTSVC_VALUE = /^[\x09\x20-\x5b\x5d-\x7e\x80-\xff]*$/;

const isStreamId = (value) => value >>> 0 === value && value !== 0;

// [stream, origin] of what a program says a service is an alternative for.
function altsvcTarget(target) {
  if (target === undefined) return [0, undefined];
  if (typeof target === 'number') {
    if (!isStreamId(target))
      throw new codes.ERR_OUT_OF_RANGE('originOrStream', `> 0 && < ${2 ** 32}`, target);
    return [target, undefined];
  }
  if (typeof target === 'string') {
    const { origin } = new URL(target);
    if (origin === 'null') throw new codes.ERR_HTTP2_ALTSVC_INVALID_ORIGIN();
    return [0, origin];
  }
  const origin = target !== null && typeof target === 'object' ? target.origin : undefined;
  if (typeof origin !== 'string') {
    throw new codes.ERR_INVALID_ARG_TYPE('originOrStream', ['string', 'number', 'URL', 'object'], target);
  }
  if (origin === 'null' || origin.length === 0) throw new codes.ERR_HTTP2_ALTSVC_INVALID_ORIGIN();
  return [0, origin];
}

function toOrigin(given) {
  let origin = given;
  if (typeof given === 'string') origin = new URL(given).origin;
  else if (given != null && typeof given === 'object') origin = given.origin;
  validateString(origin, 'origin');
  if (origin === 'null' || origin.length === 0) throw new codes.ERR_HTTP2_INVALID_ORIGIN();
  return origin;
}

class ServerHttp2Session extends Http2Session {
  constructor(options, socket, server) {
    super(options, constants.NGHTTP2_SESSION_SERVER, socket);
    this[kServer] = server;
  }

  get server() {
    return this[kServer];
  }

  altsvc(value, target) {
    if (this.destroyed) throw new codes.ERR_HTTP2_INVALID_SESSION();
    const [stream, origin] = altsvcTarget(target);
    validateString(value, 'alt');
    if (!ALTSVC_VALUE.test(value)) throw new codes.ERR_INVALID_CHAR('alt');
    if (value.length + (origin?.length ?? 0) > kMaxPayload) throw new codes.ERR_HTTP2_ALTSVC_LENGTH();
    this[kHandle].altsvc(stream, origin ?? '', value);
  }

  origin(...given) {
    if (this.destroyed) throw new codes.ERR_HTTP2_INVALID_SESSION();
    if (given.length === 0) return;
    const origins = given.map(toOrigin);
    const size = origins.reduce((sum, origin) => sum + origin.length + 2, 0);
    if (size > kMaxPayload) throw new codes.ERR_HTTP2_ORIGIN_LENGTH();
    this[kHandle].origin(origins);
  }
}

module.exports = { ServerHttp2Session };
