'use strict';
// mkdir, readdir and rm, also of whole trees (Node doc: fs).

const { Buffer } = require('buffer');
const { codes } = require('internal/errors');
const {
  validateBoolean,
  validateInt32,
  validateObject,
  validateUint32,
} = require('internal/errors/validators');
const path = require('path');
const args = require('internal/fs/args');
const { binding, kUsePromises } = require('internal/fs/operations');
const { Dirent, direntType } = require('internal/fs/stats');

const kUnknown = 0;

// ---- mkdir ----

function mkdirArguments(folder, options) {
  folder = args.toPath(folder);
  let mode = 0o777;
  let recursive = false;
  if (typeof options === 'number' || typeof options === 'string') {
    mode = args.parseFileMode(options, 'mode');
  } else if (options) {
    if (options.recursive !== undefined) recursive = options.recursive;
    if (options.mode !== undefined) mode = args.parseFileMode(options.mode, 'options.mode');
  }
  validateBoolean(recursive, 'options.recursive');
  return { folder, mode, recursive };
}

function runStepsSync(steps, run) {
  let answer;
  for (;;) {
    const { value, done } = steps.next(answer);
    if (done) return value;
    try {
      answer = { numbers: run(value, undefined) };
    } catch (error) {
      answer = { error };
    }
  }
}

async function runSteps(steps, run) {
  let answer;
  for (;;) {
    const { value, done } = steps.next(answer);
    if (done) return value;
    try {
      answer = { numbers: await run(value, kUsePromises) };
    } catch (error) {
      answer = { error };
    }
  }
}

function mkdirSync(folder, options) {
  const m = mkdirArguments(folder, options);
  if (m.recursive) return binding.makeFolders(m.folder, m.mode, undefined);
  return binding.mkdir(m.folder, m.mode, undefined);
}

function prepareMkdir(folder, options) {
  const m = mkdirArguments(folder, options);
  if (m.recursive) return () => binding.makeFolders(m.folder, m.mode, kUsePromises);
  return () => binding.mkdir(m.folder, m.mode, kUsePromises);
}

// ---- readdir ----

function readdirArguments(folder, options) {
  options = args.toOptions(options);
  folder = args.toPath(folder);
  if (options.recursive != null) validateBoolean(options.recursive, 'options.recursive');
  return {
    folder,
    encoding: options.encoding || 'utf8',
    withTypes: !!options.withFileTypes,
    recursive: !!options.recursive,
  };
}

// Names and folders may be bytes that are no UTF-8.
function joinPath(folder, name) {
  if (typeof folder === 'string' && typeof name === 'string') return path.join(folder, name);
  return Buffer.concat([Buffer.from(folder), Buffer.from('/'), Buffer.from(name)]);
}

const typeOf = (file) => direntType(binding.lstat(file, false, undefined)[1]);

function makeDirents(folder, [names, types]) {
  return names.map((name, i) => {
    const type = types[i] !== kUnknown ? types[i] : typeOf(joinPath(folder, name));
    return new Dirent(name, folder, type);
  });
}

function* readdirSteps(r) {
  const found = [];
  const waiting = [['', args.toText(r.folder)]];
  while (waiting.length > 0) {
    const [relative, full] = waiting.shift();
    const entries = makeDirents(full, yield full);
    for (const entry of entries) {
      const below = path.join(relative, String(entry.name));
      if (r.withTypes) found.push(entry);
      else found.push(r.encoding === 'buffer' ? Buffer.from(below) : below);
      if (entry.isDirectory()) waiting.push([below, path.join(full, String(entry.name))]);
    }
  }
  return found;
}

const readOne = (r) => (full, req) => binding.readdir(full, r.encoding, true, req);

function throwOn(steps) {
  // readdir has no error of its own to handle: every failed step ends it.
  return (function* () {
    let answer;
    for (;;) {
      const { value, done } = steps.next(answer);
      if (done) return value;
      const { error, numbers } = yield value;
      if (error) throw error;
      answer = numbers;
    }
  })();
}

function readdirSync(folder, options) {
  const r = readdirArguments(folder, options);
  if (r.recursive) return runStepsSync(throwOn(readdirSteps(r)), readOne(r));
  const result = binding.readdir(r.folder, r.encoding, r.withTypes, undefined);
  return r.withTypes ? makeDirents(folder, result) : result;
}

function prepareReaddir(folder, options) {
  const r = readdirArguments(folder, options);
  if (r.recursive) return () => runSteps(throwOn(readdirSteps(r)), readOne(r));
  return async () => {
    const result = await binding.readdir(r.folder, r.encoding, r.withTypes, kUsePromises);
    return r.withTypes ? makeDirents(folder, result) : result;
  };
}

// ---- rm, rmdir ----

const kRetried = new Set(['EBUSY', 'EMFILE', 'ENFILE', 'ENOTEMPTY', 'EPERM']);
const kRecursive = 1; // RemoveFlags of runtime/fs/jobs.h
const kForce = 2;
const kOnlyFolder = 4;

function rmArguments(target, options, onlyFolder = false) {
  target = args.toPath(target);
  if (options !== undefined) validateObject(options, 'options');
  const o = { recursive: false, force: false, maxRetries: 0, retryDelay: 100, ...options };
  validateBoolean(o.recursive, 'options.recursive');
  if (!onlyFolder) validateBoolean(o.force, 'options.force');
  validateInt32(o.retryDelay, 'options.retryDelay', 0);
  validateUint32(o.maxRetries, 'options.maxRetries');
  const { recursive, force, maxRetries, retryDelay } = o;
  const flags = (recursive ? kRecursive : 0) | (onlyFolder ? kOnlyFolder : force ? kForce : 0);
  return { target, recursive, maxRetries, retryDelay, flags };
}

// Is `error` the last word of attempt number `attempt`?
function isFinal(r, error, attempt) {
  return !r.recursive || attempt >= r.maxRetries || !kRetried.has(error.code);
}

function asRm(error) {
  if (error.code !== 'EISDIR' || error.syscall !== 'rm') return error;
  const { path: where, syscall } = error;
  return new codes.ERR_FS_EISDIR({
    code: 'EISDIR',
    message: 'is a directory',
    path: where,
    syscall,
    errno: 21,
  });
}

function removeSync(r) {
  for (let attempt = 0; ; attempt++) {
    try {
      return binding.removeTree(r.target, r.flags, undefined);
    } catch (error) {
      if (isFinal(r, error, attempt)) throw asRm(error);
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, (attempt + 1) * r.retryDelay);
  }
}

async function remove(r) {
  for (let attempt = 0; ; attempt++) {
    try {
      return await binding.removeTree(r.target, r.flags, kUsePromises);
    } catch (error) {
      if (isFinal(r, error, attempt)) throw asRm(error);
    }
    await new Promise((resolve) => setTimeout(resolve, (attempt + 1) * r.retryDelay));
  }
}

function rmSync(target, options) {
  removeSync(rmArguments(target, options));
}

function prepareRm(target, options) {
  const r = rmArguments(target, options);
  return () => remove(r);
}

function warnRecursiveRmdir() {
  process.emitWarning(
    'In future versions of Node.js, fs.rmdir(path, { recursive: true }) will be removed. ' +
      'Use fs.rm(path, { recursive: true }) instead',
    'DeprecationWarning',
    'DEP0147',
  );
}

let warned = false;

// rmdir({recursive}) is an old rm of folders only.
function rmdirArguments(folder, options) {
  const r = rmArguments(folder, options, true);
  if (r.recursive && !warned) {
    warned = true;
    warnRecursiveRmdir();
  }
  return r;
}

function rmdirSync(folder, options) {
  const r = rmdirArguments(folder, options);
  if (r.recursive) removeSync(r);
  else binding.rmdir(r.target, undefined);
}

function prepareRmdir(folder, options) {
  const r = rmdirArguments(folder, options);
  if (r.recursive) return () => remove(r);
  return () => binding.rmdir(r.target, kUsePromises);
}

module.exports = {
  joinPath,
  makeDirents,
  mkdirSync,
  prepareMkdir,
  prepareReaddir,
  prepareRm,
  prepareRmdir,
  readdirSync,
  rmSync,
  rmdirSync,
};
