'use strict';
// The header block of an outgoing message: the lines that the program gave, and those that its framing and the connection's
// persistence need (RFC 9112, 6 and 9).

const { codes } = require('internal/errors');
const { utcDate, validateHeaderName, validateHeaderValue } = require('internal/http/common');

const kHeaders = Symbol('headers'); // a HeaderTable, or null
const CRLF = '\r\n';

// The header lines of this message, given its first line and either an object, an array of pairs or a flat array of headers,
// or the message's own table.
function storeHeader(message, firstLine, headers) {
  const state = {
    header: firstLine,
    connection: false,
    length: false,
    chunked: false,
    date: false,
    expect: false,
    trailer: false,
    upgrade: false,
  };
  if (headers) {
    if (headers === message[kHeaders]) {
      const { list } = headers;
      for (let i = 0; i < list.length; i += 3)
        addEntry(message, state, list[i + 1], list[i + 2], list[i], false);
    } else if (Array.isArray(headers)) {
      if (headers.length && Array.isArray(headers[0])) {
        for (const [name, value] of headers) addEntry(message, state, name, value, undefined, true);
      } else {
        if (headers.length % 2 !== 0) throw new codes.ERR_INVALID_ARG_VALUE('headers', headers);
        for (let i = 0; i < headers.length; i += 2)
          addEntry(message, state, headers[i], headers[i + 1], undefined, true);
      }
    } else {
      for (const name in headers) {
        if (Object.hasOwn(headers, name)) addEntry(message, state, name, headers[name], undefined, true);
      }
    }
  }
  finishHeader(message, state);
}

function addEntry(message, state, name, value, key, validate) {
  if (validate) validateHeaderName(name);
  if (Array.isArray(value)) {
    const lower = key ?? name.toLowerCase();
    if ((value.length < 2 || lower !== 'cookie') && !message._joinHeader?.has(lower)) {
      for (const one of value) addLine(message, state, name, one, key, validate);
      return;
    }
    value = value.join('; ');
  }
  addLine(message, state, name, value, key, validate);
}

function addLine(message, state, name, value, key, validate) {
  if (validate) validateHeaderValue(name, value);
  state.header += `${name}: ${value}\r\n`;
  noteHeader(message, state, name, key, value);
}

// What a header that the program gave changes about the framing.
function noteHeader(message, state, name, key, value) {
  if (name.length < 4 || name.length > 17) return;
  switch (key ?? name.toLowerCase()) {
    case 'connection':
      state.connection = true;
      message._removedConnection = false;
      if (/(^|\W)close(\W|$)/i.test(value)) message._last = true;
      else message.shouldKeepAlive = true;
      if (/(^|\W)upgrade(\W|$)/i.test(value)) state.upgrade = true;
      break;
    case 'transfer-encoding':
      state.chunked = true;
      message._removedTE = false;
      if (/(?:^|\W)chunked(?:$|\W)/i.test(value)) message.chunkedEncoding = true;
      break;
    case 'content-length':
      state.length = true;
      message._contentLength = Number(value);
      message._removedContLen = false;
      break;
    case 'date':
      state.date = true;
      break;
    case 'expect':
      state.expect = true;
      break;
    case 'trailer':
      state.trailer = true;
      break;
    case 'keep-alive':
      message._defaultKeepAlive = false;
      break;
  }
}

// "Date", "Connection" and "Keep-Alive" of a persistent connection, the same for all messages of a second.
let commonTail = '';
let commonTailDate = '';
let commonTailTimeout = -1;
function persistentTail(date, timeout) {
  if (date !== commonTailDate || timeout !== commonTailTimeout) {
    commonTailDate = date;
    commonTailTimeout = timeout;
    commonTail = `Date: ${date}\r\nConnection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(timeout / 1000)}\r\n`;
  }
  return commonTail;
}

function finishHeader(message, state) {
  let { header } = state;
  if ((message.statusCode === 204 || message.statusCode === 304) && message.chunkedEncoding) {
    // Neither may have a body: a chunked one would end the connection's framing.
    message.chunkedEncoding = false;
    message.shouldKeepAlive = false;
  }
  const wantsDate = message.sendDate && !state.date;
  if (message._removedConnection) {
    // RFC 9112, 9.3: without a Connection header the version decides, so the connection may not be reused.
    if (wantsDate) header += `Date: ${utcDate()}\r\n`;
    message._last = !message.shouldKeepAlive;
  } else if (!state.connection) {
    const keep =
      message.shouldKeepAlive &&
      (state.length || message.useChunkedEncodingByDefault || message.agent) &&
      !message.maxRequestsOnConnectionReached;
    if (
      keep &&
      wantsDate &&
      message._keepAliveTimeout &&
      message._defaultKeepAlive &&
      !message._maxRequestsPerSocket
    ) {
      header += persistentTail(utcDate(), message._keepAliveTimeout);
    } else {
      if (wantsDate) header += `Date: ${utcDate()}\r\n`;
      if (keep) {
        header += 'Connection: keep-alive\r\n';
        if (message._keepAliveTimeout && message._defaultKeepAlive) {
          const max = message._maxRequestsPerSocket > 0 ? `, max=${message._maxRequestsPerSocket}` : '';
          header += `Keep-Alive: timeout=${Math.floor(message._keepAliveTimeout / 1000)}${max}\r\n`;
        }
      } else {
        message._last = true;
        header += 'Connection: close\r\n';
      }
    }
  } else if (wantsDate) {
    header += `Date: ${utcDate()}\r\n`;
  }

  if (!state.length && !state.chunked) {
    if (!message._hasBody) {
      message.chunkedEncoding = false;
    } else if (!message.useChunkedEncodingByDefault) {
      message._last = true;
    } else if (
      message._deferLength &&
      !state.trailer &&
      !message._removedContLen &&
      message._trailer === ''
    ) {
      // writeHead() adds the length, which it learns while it encodes the body.
      message._header = header;
      message._headerSent = false;
      message._maybeExpect?.(state.expect);
      return;
    } else if (!state.trailer && !message._removedContLen && typeof message._contentLength === 'number') {
      header += `Content-Length: ${message._contentLength}\r\n`;
    } else if (!message._removedTE) {
      header += 'Transfer-Encoding: chunked\r\n';
      message.chunkedEncoding = true;
    } else {
      // Neither length nor chunks: the body ends with the connection.
      message._last = true;
    }
  }
  message._deferLength = false;
  if (message.chunkedEncoding !== true && state.trailer) throw new codes.ERR_HTTP_TRAILER_INVALID();
  message._header = header + CRLF;
  message._headerSent = false;
  message._maybeExpect?.(state.expect);
}

module.exports = { storeHeader, kHeaders };
