'use strict';
// util.parseEnv() (https://nodejs.org/docs/latest-v20.x/api/util.html#utilparseenvcontent); runtime/main/env_file.cc reads the lines.

function parseEnv(content) {
  require('internal/errors/validators').validateString(content, 'content');
  return internalBinding('env_file').parse(content);
}

module.exports = { parseEnv };
