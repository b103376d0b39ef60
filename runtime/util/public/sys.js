'use strict';
// Node's deprecated name of `util`.
module.exports = require('util');
