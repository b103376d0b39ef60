'use strict';
// What http.createServer() is given: checked, with its defaults (Node doc: http.createServer).

const { codes } = require('internal/errors');
const { validateBoolean, validateInteger } = require('internal/errors/validators');
const { ServerResponse } = require('internal/http/response');

function storeOptions(server, options) {
  server._options = options;
  server._IncomingMessage = options.IncomingMessage;
  server._ServerResponse = options.ServerResponse || ServerResponse;
  const { maxHeaderSize, insecureHTTPParser } = options;
  if (maxHeaderSize !== undefined) validateInteger(maxHeaderSize, 'maxHeaderSize', 0);
  if (insecureHTTPParser !== undefined) {
    validateBoolean(insecureHTTPParser, 'options.insecureHTTPParser');
  }
  const number = (name, otherwise) => {
    const value = options[name];
    if (value === undefined) return otherwise;
    validateInteger(value, name, 0);
    return value;
  };
  server.requestTimeout = number('requestTimeout', 300000);
  server.headersTimeout = number(
    'headersTimeout',
    server.requestTimeout > 0 ? Math.min(60000, server.requestTimeout) : 60000,
  );
  if (
    server.requestTimeout > 0 &&
    server.headersTimeout > 0 &&
    server.headersTimeout > server.requestTimeout
  ) {
    throw new codes.ERR_OUT_OF_RANGE('headersTimeout', '<= requestTimeout', options.headersTimeout);
  }
  server.keepAliveTimeout = number('keepAliveTimeout', 5000);
  server.connectionsCheckingInterval = number('connectionsCheckingInterval', 30000);
  if (options.requireHostHeader !== undefined)
    validateBoolean(options.requireHostHeader, 'options.requireHostHeader');
  server.requireHostHeader = options.requireHostHeader ?? true;
  if (options.joinDuplicateHeaders !== undefined) {
    validateBoolean(options.joinDuplicateHeaders, 'options.joinDuplicateHeaders');
  }
  server.joinDuplicateHeaders = options.joinDuplicateHeaders;
  if (options.rejectNonStandardBodyWrites !== undefined) {
    validateBoolean(options.rejectNonStandardBodyWrites, 'options.rejectNonStandardBodyWrites');
  }
  server._responseOptions = options.rejectNonStandardBodyWrites
    ? { rejectNonStandardBodyWrites: true }
    : undefined;
  if (options.uniqueHeaders !== undefined) {
    const names = options.uniqueHeaders.flat().map((name) => name.toLowerCase());
    server._joinHeader = new Set(names);
  }
}

module.exports = { storeOptions };
