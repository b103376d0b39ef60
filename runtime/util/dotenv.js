'use strict';
// util.parseEnv() (https://nodejs.org/docs/latest-v20.x/api/util.html#utilparseenvcontent): "NAME=value" lines with quotes and comments.

const LINE =
  /^[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*=[ \t]*(?:'([^']*)'|"([^"]*)"|`([^`]*)`|([^\n#]*))[^\n]*$/gm;

function parseEnv(content) {
  require('internal/errors/validators').validateString(content, 'content');
  const result = {};
  for (const [, name, single, double, back, bare] of content.replaceAll('\r\n', '\n').matchAll(LINE)) {
    if (double !== undefined) result[name] = double.replaceAll('\\n', '\n');
    else result[name] = single ?? back ?? bare.trim();
  }
  return result;
}

module.exports = { parseEnv };
