'use strict';
// https://nodejs.org/docs/latest-v20.x/api/string_decoder.html

module.exports = { StringDecoder: require('internal/string_decoder').StringDecoder };
