'use strict';
// The legacy public id `_http_common`.

const { isToken, hasInvalidChar, methods } = require('internal/http/common');

module.exports = {
  _checkInvalidHeaderChar: hasInvalidChar,
  _checkIsHttpToken: isToken,
  chunkExpression: /(?:^|\W)chunked(?:$|\W)/i,
  continueExpression: /(?:^|\W)100-continue(?:$|\W)/i,
  methods,
};
