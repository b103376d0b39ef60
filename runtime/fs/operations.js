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

const kX = 'X'.charCodeAt(0);
let warnedTemplate = false;
function warnTemplate(prefix) {
  if (warnedTemplate || (prefix.at(-1) !== 'X' && prefix.at(-1) !== kX)) return;
  warnedTemplate = true;
  process.emitWarning(
    'mkdtemp() templates ending with X are not portable. For details see: https://nodejs.org/api/fs.html',
  );
}

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
  fstat: (req, fd, options) => binding.fstat(toFd(fd), !!options?.bigint, req, makeStats),
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
  lstat: (req, path, options) => binding.lstat(toPath(path), !!options?.bigint, req, makeStats),
  lutimes: (req, path, atime, mtime) =>
    binding.lutimes(toPath(path), toSeconds(atime), toSeconds(mtime), req),
  mkdtemp(req, prefix, options) {
    options = toOptions(options);
    prefix = toPath(prefix, 'prefix');
    warnTemplate(prefix);
    return binding.mkdtemp(prefix, options.encoding || 'utf8', req);
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
  stat: (req, path, options) => binding.stat(toPath(path), !!options?.bigint, req, makeStats),
  statfs: (req, path, options) => binding.statfs(toPath(path), !!options?.bigint, req, makeStatFs),
  symlink(req, target, path, type) {
    target = toPath(target, 'target');
    path = toPath(path);
    return binding.symlink(target, path, args.toSymlinkFlags(type), req);
  },
  unlink: (req, path) => binding.unlink(toPath(path), req),
  utimes: (req, path, atime, mtime) => binding.utimes(toPath(path), toSeconds(atime), toSeconds(mtime), req),
};

// The synchronous stats write their numbers into the same array again and again.
let numbers;
let bigNumbers;
const numbersFor = (options) =>
  options?.bigint ? (bigNumbers ??= new BigInt64Array(18)) : (numbers ??= new Float64Array(14));

const sync = {
  statSync(path, options) {
    const into = numbersFor(options);
    const found = binding.statInto(toPath(path), into, options?.throwIfNoEntry === false);
    return found ? makeStats(into) : undefined;
  },
  lstatSync(path, options) {
    const into = numbersFor(options);
    const found = binding.lstatInto(toPath(path), into, options?.throwIfNoEntry === false);
    return found ? makeStats(into) : undefined;
  },
  fstatSync(fd, options) {
    const into = numbersFor(options);
    binding.fstatInto(toFd(fd), into);
    return makeStats(into);
  },
  statfsSync: (path, options) => makeStatFs(raw.statfs(undefined, path, options)),
};

// Every argument but the callback; what comes before it may be left out.
function withoutCallback(operation, list) {
  operation(null, ...list); // a mistake in the other arguments is told first
  args.toCallback(list.length > 1 ? list[list.length - 1] : undefined);
}

function three(name) {
  const operation = raw[name];
  const forms = {
    sync: sync[`${name}Sync`] ?? ((a, b, c, d) => operation(undefined, a, b, c, d)),
    callback(a, b, c, d, e) {
      if (typeof b === 'function') operation(b, a);
      else if (typeof c === 'function') operation(c, a, b);
      else if (typeof d === 'function') operation(d, a, b, c);
      else if (typeof e === 'function') operation(e, a, b, c, d);
      else withoutCallback(operation, [...arguments]);
    },
    promise(a, b, c, d) {
      try {
        return operation(kUsePromises, a, b, c, d);
      } catch (error) {
        return Promise.reject(error);
      }
    },
  };
  Object.defineProperty(forms.sync, 'name', { value: `${name}Sync` });
  Object.defineProperty(forms.callback, 'name', { value: name });
  Object.defineProperty(forms.promise, 'name', { value: name });
  return forms;
}

const forms = {};
for (const name of Object.keys(raw)) forms[name] = three(name);

module.exports = { binding, forms, kUsePromises, raw };
