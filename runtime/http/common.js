'use strict';
// What HTTP's server and client share: the parser and its callbacks, tokens, the cached date.
//
// A parser belongs to a connection: parser.socket is its socket, parser.incoming the message being read, parser.onIncoming
// the server's or the client's function that takes a message when its headers are complete.

const { codes } = require('internal/errors');
const options = require('internal/main/options');
const { HTTPParser, methods, setCallbacks } = internalBinding('http_parser');

// Bits of the parser's `flags` (http_parser.cc).
const kKeepAlive = 1;
const kUpgrade = 2;
const kComplete = 4;
const kExpect = 8;
const kHost = 16;
const kManyHosts = 32;
const kChunked = 64;
const kHttp10 = 128;
const kConnectionSet = 256;
const kOldVersion = 512;

const REQUEST = 1;
const RESPONSE = 2;

const TOKEN = /^[\^_`a-zA-Z\-0-9!#$%&'*+.|~]+$/;
const INVALID_VALUE = /[^\t\x20-\x7e\x80-\xff]/;
const isToken = (text) => TOKEN.test(text);
const hasInvalidChar = (text) => INVALID_VALUE.test(text);

// Names and values that a program sends again and again are checked once.
const MAX_REMEMBERED = 512;
const goodNames = new Map();

function validateHeaderName(name, label) {
  if (goodNames.has(name)) return;
  if (typeof name !== 'string' || !name || !TOKEN.test(name)) {
    throw new codes.ERR_INVALID_HTTP_TOKEN(label || 'Header name', name);
  }
  if (goodNames.size < MAX_REMEMBERED) goodNames.set(name, name.toLowerCase());
}

// Of a header's name.
const lowerCase = (name) => goodNames.get(name) ?? name.toLowerCase();

function validateHeaderValue(name, value) {
  if (value === undefined) throw new codes.ERR_HTTP_INVALID_HEADER_VALUE(value, name);
  if (INVALID_VALUE.test(value)) throw new codes.ERR_INVALID_CHAR('header content', name);
}

// The Date header's text, renewed each second.
let dateText;
let dateExpires = 0;
function utcDate() {
  const now = Date.now();
  if (now >= dateExpires) {
    dateText = new Date(now).toUTCString();
    dateExpires = now - (now % 1000) + 1000;
  }
  return dateText;
}

let IncomingMessage;

function onHeaders(flags, code, text, headers) {
  const { socket } = this;
  if (socket === null || socket === undefined || this.onIncoming === null) return 0;
  if (socket.timeout) socket._unrefTimer?.(); // bytes that pass the socket's own stream by
  IncomingMessage ??= require('internal/http/incoming').IncomingMessage;
  const IncomingClass = this.IncomingClass ?? IncomingMessage;
  const incoming = new IncomingClass(socket);
  incoming._headerBlock = headers;
  incoming._flags = flags;
  incoming._parser = this;
  if (flags & kHttp10) {
    incoming.httpVersionMinor = 0;
    incoming.httpVersion = '1.0';
  }
  if (this.type === REQUEST) {
    incoming.method = methods[code];
    incoming.url = text;
  } else {
    incoming.statusCode = code;
    incoming.statusMessage = text;
  }
  if (this.maxHeaderPairs !== 2000) incoming._maxHeaders = this.maxHeaderPairs;
  if (this.joinDuplicateHeaders) incoming.joinDuplicateHeaders = true;
  incoming.upgrade = (flags & kUpgrade) !== 0;
  this.incoming = incoming;
  const skip = this.onIncoming(incoming, (flags & kKeepAlive) !== 0, flags);
  if (flags & kComplete) {
    incoming.complete = true;
    incoming._ended();
    this.incoming = null;
  }
  return skip;
}

function onBody(bytes) {
  const { incoming, socket } = this;
  if (socket && socket.timeout) socket._unrefTimer?.();
  if (!incoming || incoming._dumped) return;
  if (!incoming.push(bytes)) incoming._pauseSource(socket);
}

function onComplete(trailers) {
  const { incoming } = this;
  if (!incoming) return;
  incoming.complete = true;
  if (trailers !== undefined) incoming._trailerBlock = trailers;
  this.incoming = null;
  if (incoming.upgrade) this.upgraded = incoming;
  incoming._ended();
}

function onEvent(nread, error) {
  this.onEvent?.(nread, error);
}
setCallbacks(onHeaders, onBody, onComplete, onEvent);

function makeParser(type, socket, settings) {
  const { insecureHTTPParser } = settings;
  const parser = new HTTPParser();
  parser.type = type;
  parser.initialize(
    type === RESPONSE ? 2 : 1,
    settings.maxHeaderSize || defaultMaxHeaderSize(),
    settings.resource,
    insecureHTTPParser ?? options.get('--insecure-http-parser') === true,
  );
  parser.socket = socket;
  parser.incoming = null;
  parser.outgoing = null;
  parser.upgraded = null; // the message after which another protocol follows
  parser.onIncoming = null;
  parser.onEvent = undefined;
  parser.maxHeaderPairs = 2000;
  parser.joinDuplicateHeaders = Boolean(settings.joinDuplicateHeaders);
  parser.IncomingClass = settings.IncomingMessage;
  socket.parser = parser;
  return parser;
}

function freeParser(parser, socket) {
  if (!parser) return;
  parser.free();
  parser.socket = null;
  parser.incoming = null;
  parser.outgoing = null;
  parser.onIncoming = null;
  parser.onEvent = undefined;
  if (socket) socket.parser = null;
}

function parseError(details) {
  const error = new Error(`Parse Error: ${details.reason}`);
  error.code = details.code;
  error.reason = details.reason;
  error.bytesParsed = details.bytesParsed;
  error.rawPacket = details.rawPacket;
  return error;
}

const defaultMaxHeaderSize = () => options.get('--max-http-header-size') || 16384;

module.exports = {
  HTTPParser,
  REQUEST,
  RESPONSE,
  defaultMaxHeaderSize,
  freeParser,
  hasInvalidChar,
  isToken,
  kChunked,
  kConnectionSet,
  kExpect,
  kHost,
  kHttp10,
  kManyHosts,
  kOldVersion,
  makeParser,
  methods,
  parseError,
  utcDate,
  lowerCase,
  validateHeaderName,
  validateHeaderValue,
};
