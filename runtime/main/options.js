// The command line's options, for modules that behave by them (runtime/main/options.h names them).
'use strict';

let current = Object.freeze({});

exports.set = (options) => {
  current = options;
};
exports.get = (name) => current[name];
