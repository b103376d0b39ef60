'use strict';
// fs.realpath (Node doc: fs.realpath): the same as the C library's, with the errors of the JavaScript form of Node, which
// names the missing part with lstat.

const { Buffer } = require('buffer');
const path = require('path');
const args = require('internal/fs/args');
const { binding, forms } = require('internal/fs/operations');

function encode(result, options) {
  const { encoding } = options;
  if (!encoding || encoding === 'utf8') return result;
  const bytes = Buffer.from(result);
  return encoding === 'buffer' ? bytes : bytes.toString(encoding);
}

// Which part is missing: the first that lstat does not find.
function explain(error, full) {
  const parts = full.split('/').filter(Boolean);
  let current = '';
  for (const part of parts) {
    current += `/${part}`;
    try {
      forms.lstat.sync(current);
    } catch (reason) {
      return reason;
    }
  }
  try {
    forms.stat.sync(full);
  } catch (reason) {
    return reason;
  }
  return error;
}

function realpathSync(file, options) {
  options = args.toOptions(options, {});
  const full = path.resolve(args.toText(args.toPath(file)));
  try {
    return encode(binding.realpath(full, 'utf8', undefined), options);
  } catch (error) {
    throw explain(error, full);
  }
}

function realpath(file, options, callback) {
  callback = args.toCallback(typeof options === 'function' ? options : callback);
  options = args.toOptions(options, {});
  const full = path.resolve(args.toText(args.toPath(file)));
  binding.realpath(full, 'utf8', (error, result) => {
    if (error) callback(explain(error, full));
    else callback(null, encode(result, options));
  });
}

realpathSync.native = forms.realpath.sync;
realpath.native = forms.realpath.callback;

module.exports = { realpath, realpathSync };
