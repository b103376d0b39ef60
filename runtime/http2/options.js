'use strict';
// The options of http2.connect(), createServer() and their like: checked, and the limits of a session for the native side.

const { validateUint32 } = require('internal/errors/validators');
const { checkObject } = require('internal/http2/headers');
const { constants } = require('internal/http2/constants');

const kUnknownProtocolTimeout = 10_000;

function initializeOptions(given) {
  checkObject(given, 'options');
  const options = { ...given };
  checkObject(options.settings, 'options.settings');
  options.settings = { ...options.settings };
  for (const name of ['maxSessionInvalidFrames', 'maxSessionRejectedStreams']) {
    if (options[name] !== undefined) validateUint32(options[name], name);
  }
  if (options.unknownProtocolTimeout !== undefined)
    validateUint32(options.unknownProtocolTimeout, 'unknownProtocolTimeout');
  else options.unknownProtocolTimeout = kUnknownProtocolTimeout;
  return options;
}

// A server speaks to programs by these classes.
function addClasses(options) {
  if (options.allowHTTP1 === true) {
    const http = require('http');
    options.Http1IncomingMessage ||= http.IncomingMessage;
    options.Http1ServerResponse ||= http.ServerResponse;
  }
  options.Http2ServerRequest ||= require('internal/http2/compat_request').Http2ServerRequest;
  options.Http2ServerResponse ||= require('internal/http2/compat_response').Http2ServerResponse;
  return options;
}

function initializeTLSOptions(given, servername) {
  const options = initializeOptions(given);
  // Whoever has a callback chooses there.
  if (!options.ALPNCallback)
    options.ALPNProtocols = options.allowHTTP1 === true ? ['h2', 'http/1.1'] : ['h2'];
  if (servername !== undefined) options.servername ||= servername;
  return options;
}

/** In the order of enum Http2Limit (session.h). */
function limitsOf(options, type) {
  const number = (name, otherwise, least = 0) => {
    const value = options[name];
    return typeof value === 'number' && value >= 0 ? Math.max(value, least) : otherwise;
  };
  const fewestPairs = type === constants.NGHTTP2_SESSION_SERVER ? 4 : 1;
  return [
    number('maxDeflateDynamicTableSize', 4096),
    number('maxReservedRemoteStreams', 200),
    number('maxSendHeaderBlockLength', 0),
    number('peerMaxConcurrentStreams', 100),
    number('paddingStrategy', 0),
    number('maxHeaderListPairs', 128, fewestPairs),
    number('maxOutstandingPings', 10),
    number('maxOutstandingSettings', 10, 1),
    number('maxSessionMemory', 10, 1),
    number('maxSettings', 32, 1),
    number('maxSessionInvalidFrames', 1000),
    number('maxSessionRejectedStreams', 100),
    number('streamResetBurst', 1000),
    number('streamResetRate', 33),
  ];
}

module.exports = { addClasses, initializeOptions, initializeTLSOptions, limitsOf };
