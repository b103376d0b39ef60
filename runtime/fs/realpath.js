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

// Part by part, where the C library found nothing: either some part is missing, which lstat or stat then says, or a link of
// /proc names a pipe or a socket, which has no path.
function walk(full) {
  let rest = full.split('/').filter(Boolean);
  let done = '';
  while (rest.length > 0) {
    const next = `${done}/${rest.shift()}`;
    if (!forms.lstat.sync(next).isSymbolicLink()) {
      done = next;
      continue;
    }
    const target = forms.stat.sync(next); // (refuses links in a circle, too)
    const resolved = path.resolve(done || '/', forms.readlink.sync(next));
    if (target.isFIFO() || target.isSocket()) return path.join(resolved, ...rest);
    rest = resolved.split('/').filter(Boolean).concat(rest);
    done = '';
  }
  return done || '/';
}

function realpathSync(file, options) {
  options = args.toOptions(options, {});
  const full = path.resolve(args.toText(args.toPath(file)));
  let result;
  try {
    result = binding.realpath(full, 'utf8', undefined);
  } catch {
    result = walk(full);
  }
  return encode(result, options);
}

function realpath(file, options, callback) {
  callback = args.toCallback(typeof options === 'function' ? options : callback);
  options = args.toOptions(options, {});
  const full = path.resolve(args.toText(args.toPath(file)));
  binding.realpath(full, 'utf8', (error, result) => {
    if (error) {
      try {
        result = walk(full);
      } catch (reason) {
        callback(reason);
        return;
      }
    }
    callback(null, encode(result, options));
  });
}

realpathSync.native = forms.realpath.sync;
realpath.native = forms.realpath.callback;

module.exports = { realpath, realpathSync };
