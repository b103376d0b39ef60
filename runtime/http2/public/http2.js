'use strict';
// The public module `http2`. https://nodejs.org/docs/latest-v20.x/api/http2.html

const { connect } = require('internal/http2/connect');
const { constants } = require('internal/http2/constants');
const { kSensitiveHeaders } = require('internal/http2/headers');
const { createSecureServer, createServer, performServerHandshake } = require('internal/http2/server');
const settings = require('internal/http2/settings');

module.exports = {
  connect,
  constants,
  createServer,
  createSecureServer,
  getDefaultSettings: settings.getDefaultSettings,
  getPackedSettings: settings.getPackedSettings,
  getUnpackedSettings: settings.getUnpackedSettings,
  performServerHandshake,
  sensitiveHeaders: kSensitiveHeaders,
  Http2ServerRequest: require('internal/http2/compat_request').Http2ServerRequest,
  Http2ServerResponse: require('internal/http2/compat_response').Http2ServerResponse,
};
