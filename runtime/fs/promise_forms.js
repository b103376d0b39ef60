'use strict';
// The promise forms of fs (Node doc: fs, "Promises API"). Bad arguments reject.

const args = require('internal/fs/args');
const { binding, forms, kUsePromises } = require('internal/fs/operations');
const { FileHandle, isFileHandle } = require('internal/fs/file_handle');
const files = require('internal/fs/whole_files');
const folders = require('internal/fs/folders');
const constants = require('internal/fs/constants');

// A prepared work as an async function: what its preparation throws becomes a rejection.
function promiseOf(name, prepare) {
  const form = async (...list) => prepare(...list)();
  Object.defineProperty(form, 'name', { value: name });
  return form;
}

async function open(path, flags, mode) {
  const fd = await binding.open(
    args.toPath(path),
    args.toFlags(flags),
    args.parseFileMode(mode, 'mode', 0o666),
    kUsePromises,
  );
  return new FileHandle(fd);
}

function fileOrHandle(file) {
  if (isFileHandle(file)) return file;
  return args.toPath(file);
}

async function readFile(file, options) {
  return files.prepareRead(fileOrHandle(file), options)();
}

async function writeFile(file, data, options) {
  return files.prepareWrite(fileOrHandle(file), data, options, { allowIterable: true })();
}

async function appendFile(file, data, options) {
  const defaults = { flag: 'a', allowIterable: true };
  return files.prepareWrite(fileOrHandle(file), data, options, defaults)();
}

async function lchmod() {
  throw new (require('internal/errors').codes.ERR_METHOD_NOT_IMPLEMENTED)('lchmod()');
}

async function* watch(filename, options = {}) {
  yield* require('internal/fs/watch').watchAsync(filename, options);
}

const direct = {};
for (const name of [
  'access',
  'chmod',
  'chown',
  'copyFile',
  'lchown',
  'link',
  'lstat',
  'lutimes',
  'mkdtemp',
  'readlink',
  'realpath',
  'rename',
  'stat',
  'statfs',
  'symlink',
  'unlink',
  'utimes',
]) {
  direct[name] = forms[name].promise;
}

module.exports = {
  ...direct,
  appendFile,
  constants,
  cp: promiseOf('cp', (...list) => require('internal/fs/copy').prepareCopy(...list)),
  glob: (...list) => require('internal/fs/glob').globAsync(...list),
  lchmod,
  mkdir: promiseOf('mkdir', folders.prepareMkdir),
  open,
  opendir: promiseOf('opendir', (...list) => require('internal/fs/dir').prepareOpendir(...list)),
  readFile,
  readdir: promiseOf('readdir', folders.prepareReaddir),
  rm: promiseOf('rm', folders.prepareRm),
  rmdir: promiseOf('rmdir', folders.prepareRmdir),
  truncate: promiseOf('truncate', files.prepareTruncate),
  watch,
  writeFile,
};

// For FileHandle.
Object.defineProperties(module.exports, {
  readFileOn: { value: (handle, options) => files.prepareRead(handle, options)() },
  writeFileOn: {
    value: (handle, data, options) => files.prepareWrite(handle, data, options, { allowIterable: true })(),
  },
});
