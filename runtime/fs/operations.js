'use strict';
// Every operation of fs once: its arguments are checked and handed to the binding together with `req`, which says the way
// the caller wants it (undefined: synchronous, a function: callback, kUsePromises: promise). `three()` makes the three.

const binding = internalBinding('fs');
const { validateInteger } = require('internal/errors/validators');
const args = require('internal/fs/args');
const { makeStats, makeStatFs } = require('internal/fs/stats');
const { kUsePromises } = binding;

const { parseFileMode, toFd, toOptions, toPath, toSeconds } = args;
const kMaxUid = 2 ** 32 - 1;

const checkIds = (uid, gid) => {
  validateInteger(uid, 'uid', -1, kMaxUid);
  validateInteger(gid, 'gid', -1, kMaxUid);
};

const raw = {
  access: (req, path, mode) => binding.access(toPath(path), args.toAccessMode(mode), req),
  chmod: (req, path, mode) => binding.chmod(toPath(path), parseFileMode(mode, 'mode'), req),
  chown(req, path, uid, gid) {
    path = toPath(path);
    checkIds(uid, gid);
    return binding.chown(path, uid, gid, req);
  },
  close: (req, fd) => binding.close(toFd(fd), req),
  copyFile(req, from, to, mode) {
    from = toPath(from, 'src');
    to = toPath(to, 'dest');
    return binding.copyFile(from, to, args.toCopyMode(mode), req);
  },
  fchmod: (req, fd, mode) => binding.fchmod(toFd(fd), parseFileMode(mode, 'mode'), req),
  fchown(req, fd, uid, gid) {
    fd = toFd(fd);
    checkIds(uid, gid);
    return binding.fchown(fd, uid, gid, req);
  },
  fdatasync: (req, fd) => binding.fdatasync(toFd(fd), req),
  fstat: (req, fd, options) => binding.fstat(toFd(fd), !!options?.bigint, req),
  fsync: (req, fd) => binding.fsync(toFd(fd), req),
  ftruncate(req, fd, length = 0) {
    fd = toFd(fd);
    validateInteger(length, 'len');
    return binding.ftruncate(fd, Math.max(0, length), req);
  },
  futimes: (req, fd, atime, mtime) =>
    binding.futimes(toFd(fd), toSeconds(atime, 'atime'), toSeconds(mtime, 'mtime'), req),
  lchmod() {
    throw new (require('internal/errors').codes.ERR_METHOD_NOT_IMPLEMENTED)('lchmod()');
  },
  lchown(req, path, uid, gid) {
    path = toPath(path);
    checkIds(uid, gid);
    return binding.lchown(path, uid, gid, req);
  },
  link: (req, from, to) => binding.link(toPath(from, 'existingPath'), toPath(to, 'newPath'), req),
  lstat: (req, path, options) =>
    binding.lstat(toPath(path), !!options?.bigint, req, options?.throwIfNoEntry === false),
  lutimes: (req, path, atime, mtime) =>
    binding.lutimes(toPath(path), toSeconds(atime), toSeconds(mtime), req),
  mkdtemp(req, prefix, options) {
    options = toOptions(options);
    return binding.mkdtemp(toPath(prefix, 'prefix'), options.encoding || 'utf8', req);
  },
  open(req, path, flags, mode) {
    return binding.open(toPath(path), args.toFlags(flags), parseFileMode(mode, 'mode', 0o666), req);
  },
  readlink(req, path, options) {
    options = toOptions(options);
    return binding.readlink(toPath(path, 'oldPath'), options.encoding || 'utf8', req);
  },
  realpath(req, path, options) {
    options = toOptions(options);
    return binding.realpath(toPath(path), options.encoding || 'utf8', req);
  },
  rename: (req, from, to) => binding.rename(toPath(from, 'oldPath'), toPath(to, 'newPath'), req),
  stat: (req, path, options) =>
    binding.stat(toPath(path), !!options?.bigint, req, options?.throwIfNoEntry === false),
  statfs: (req, path, options) => binding.statfs(toPath(path), !!options?.bigint, req),
  symlink(req, target, path, type) {
    const flags = args.toSymlinkFlags(type);
    return binding.symlink(toPath(target, 'target'), toPath(path), flags, req);
  },
  unlink: (req, path) => binding.unlink(toPath(path), req),
  utimes: (req, path, atime, mtime) => binding.utimes(toPath(path), toSeconds(atime), toSeconds(mtime), req),
};

const results = { stat: makeStats, lstat: makeStats, fstat: makeStats, statfs: makeStatFs };

// Splits (a, b, callback) where what comes before the callback may be left out.
function splitCallback(list, operation) {
  for (let i = 1; i < list.length; i++) {
    if (typeof list[i] === 'function') return [list[i], list.slice(0, i)];
  }
  // Not there: a mistake in the other arguments is told first.
  operation(null, ...list);
  return [args.toCallback(list.length > 1 ? list[list.length - 1] : undefined), list];
}

function three(name) {
  const operation = raw[name];
  const convert = results[name];
  const forms = convert
    ? {
        sync: (...list) => convert(operation(undefined, ...list)),
        callback(...list) {
          const [callback, rest] = splitCallback(list, operation);
          operation(
            (error, result) => {
              if (error) callback(error);
              else callback(null, convert(result));
            },
            ...rest,
          );
        },
        promise: async (...list) => convert(await operation(kUsePromises, ...list)),
      }
    : {
        sync: (...list) => operation(undefined, ...list),
        callback(...list) {
          const [callback, rest] = splitCallback(list, operation);
          operation(callback, ...rest);
        },
        promise: async (...list) => operation(kUsePromises, ...list),
      };
  Object.defineProperty(forms.sync, 'name', { value: `${name}Sync` });
  Object.defineProperty(forms.callback, 'name', { value: name });
  Object.defineProperty(forms.promise, 'name', { value: name });
  return forms;
}

const forms = {};
for (const name of Object.keys(raw)) forms[name] = three(name);

module.exports = { binding, forms, kUsePromises, raw };
