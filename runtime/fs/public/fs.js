'use strict';
// node:fs (Node doc: fs). The three ways of each operation come from internal/fs/operations; here they get their names.

const { validateFunction } = require('internal/errors/validators');
const args = require('internal/fs/args');
const constants = require('internal/fs/constants');
const { forms } = require('internal/fs/operations');
const transfer = require('internal/fs/transfer');
const files = require('internal/fs/whole_files');
const folders = require('internal/fs/folders');
const { realpath, realpathSync } = require('internal/fs/realpath');
const { Dirent, Stats } = require('internal/fs/stats');

const kPromisifyArgs = Symbol.for('nodejs.util.promisify.customArgs');
const kPromisify = Symbol.for('nodejs.util.promisify.custom');

const fs = module.exports;

for (const name of Object.keys(forms)) {
  if (name === 'lchmod' || name === 'realpath') continue;
  fs[name] = forms[name].callback;
  fs[`${name}Sync`] = forms[name].sync;
}

// Closing needs no callback.
fs.close = function close(fd, callback) {
  if (callback === undefined) {
    callback = (error) => {
      if (error) throw error;
    };
  }
  forms.close.callback(fd, callback);
};

// open(path, callback), open(path, flags, callback), open(path, flags, mode, callback)
fs.open = function open(path, flags, mode, callback) {
  path = args.toPath(path);
  if (arguments.length < 3) {
    callback = flags;
    flags = 'r';
    mode = 0o666;
  } else if (typeof mode === 'function') {
    callback = mode;
    mode = 0o666;
  } else {
    mode = args.parseFileMode(mode, 'mode', 0o666);
  }
  const flagBits = args.toFlags(flags);
  forms.open.callback(path, flagBits, mode, args.toCallback(callback));
};

// A work prepared from all arguments but the callback.
function callbackForm(name, prepare, givesNothing, callbackName = 'cb') {
  const form = function (...list) {
    const callback = list.length > 0 ? list.pop() : undefined;
    validateFunction(callback, callbackName);
    const work = prepare(...list);
    if (givesNothing) files.deliverNothing(work, callback);
    else files.deliver(work, callback);
  };
  Object.defineProperty(form, 'name', { value: name });
  return form;
}

fs.mkdir = callbackForm('mkdir', folders.prepareMkdir);
fs.readdir = callbackForm('readdir', folders.prepareReaddir);
fs.rm = callbackForm('rm', folders.prepareRm, true);
fs.rmdir = callbackForm('rmdir', folders.prepareRmdir, true);
fs.opendir = callbackForm(
  'opendir',
  (...list) => require('internal/fs/dir').prepareOpendir(...list),
  false,
  'callback',
);
fs.cp = callbackForm('cp', (...list) => require('internal/fs/copy').prepareCopy(...list), true);
fs.glob = (...list) => require('internal/fs/glob').glob(...list);
fs.globSync = (...list) => require('internal/fs/glob').globSync(...list);
fs.opendirSync = (...list) => require('internal/fs/dir').opendirSync(...list);
fs.cpSync = (...list) => require('internal/fs/copy').cpSync(...list);
fs.mkdirSync = folders.mkdirSync;
fs.readdirSync = folders.readdirSync;
fs.rmSync = folders.rmSync;
fs.rmdirSync = folders.rmdirSync;
fs.realpath = realpath;
fs.realpathSync = realpathSync;

for (const name of [
  'appendFile',
  'appendFileSync',
  'exists',
  'existsSync',
  'readFile',
  'readFileSync',
  'truncate',
  'truncateSync',
  'writeFile',
  'writeFileSync',
]) {
  fs[name] = files[name];
}
for (const name of ['read', 'readSync', 'readv', 'readvSync', 'write', 'writeSync', 'writev', 'writevSync']) {
  fs[name] = transfer[name];
}

// What util.promisify() resolves to: more than one result.
const promisified = {
  read: ['bytesRead', 'buffer'],
  write: ['bytesWritten', 'buffer'],
  readv: ['bytesRead', 'buffers'],
  writev: ['bytesWritten', 'buffers'],
};
for (const name of Object.keys(promisified)) {
  const names = promisified[name];
  const call = fs[name];
  Object.defineProperty(call, kPromisifyArgs, { value: names, enumerable: false });
  Object.defineProperty(call, kPromisify, {
    enumerable: false,
    value: (...list) =>
      new Promise((resolve, reject) => {
        call(...list, (error, first, second) => {
          if (error) reject(error);
          else resolve({ [names[0]]: first, [names[1]]: second });
        });
      }),
  });
}

fs._toUnixTimestamp = args.toSeconds;
fs.Stats = Stats;
fs.Dirent = Dirent;
fs.constants = constants;
for (const name of ['F_OK', 'R_OK', 'W_OK', 'X_OK']) {
  Object.defineProperty(fs, name, { enumerable: true, value: constants[name] });
}

fs.createReadStream = function createReadStream(path, options) {
  return new fs.ReadStream(path, options);
};
fs.createWriteStream = function createWriteStream(path, options) {
  return new fs.WriteStream(path, options);
};
for (const name of ['watch', 'watchFile', 'unwatchFile']) {
  fs[name] = (...list) => require('internal/fs/watch')[name](...list);
}
fs.openAsBlob = function openAsBlob(path, options = {}) {
  return require('internal/fs/whole_files').openAsBlob(path, options);
};

// Loaded by who asks for them.
function lazy(name, get, settable) {
  let own;
  Object.defineProperty(fs, name, {
    configurable: true,
    enumerable: true,
    get: () => own ?? get(),
    set: settable ? (value) => (own = value) : undefined,
  });
}
lazy('Dir', () => require('internal/fs/dir').Dir);
lazy('ReadStream', () => require('internal/fs/streams').ReadStream, true);
lazy('WriteStream', () => require('internal/fs/streams').WriteStream, true);
lazy('FileReadStream', () => require('internal/fs/streams').ReadStream, true);
lazy('FileWriteStream', () => require('internal/fs/streams').WriteStream, true);
lazy('promises', () => require('fs/promises'));
