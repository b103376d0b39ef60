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
const { binding, forms, kUsePromises } = require('internal/fs/operations');
const { Dirent, typeFromStats } = require('internal/fs/stats');

const kUnknown = 0;
const kDirectory = 2;

// ---- mkdir ----

function mkdirArguments(folder, options) {
  let mode = 0o777;
  let recursive = false;
  if (typeof options === 'number' || typeof options === 'string') {
    mode = args.parseFileMode(options, 'mode');
  } else if (options) {
    if (options.recursive !== undefined) recursive = options.recursive;
    if (options.mode !== undefined) mode = args.parseFileMode(options.mode, 'options.mode');
  }
  folder = args.toPath(folder);
  validateBoolean(recursive, 'options.recursive');
  return { folder, mode, recursive };
}

// Steps of a recursive mkdir, as a generator so that both the synchronous and the asynchronous form run the same one:
// it yields ['mkdir' | 'stat', path] and gets { error } or { numbers }. Returns the first folder it made.
function* mkdirSteps(folder) {
  // A '..' is kept: the folder before it is made, too.
  const text = args.toText(folder);
  const full = /(^|\/)\.\.(\/|$)/.test(text) && path.isAbsolute(text) ? text : path.resolve(text);
  const missing = [full];
  let first;
  let there; // the last folder that is known to exist
  while (missing.length > 0) {
    const next = missing[missing.length - 1];
    const { error } = yield ['mkdir', next];
    if (!error) {
      first ??= next;
      there = missing.pop();
    } else if (error.code === 'ENOENT' && path.dirname(next) !== next && path.dirname(next) !== there) {
      // (Some file systems, /proc one of them, say ENOENT for what can't be made in a folder that is there.)
      missing.push(path.dirname(next));
    } else if (error.code === 'EEXIST' || error.code === 'EISDIR' || error.code === 'EPERM') {
      const { error: statError, numbers } = yield ['stat', next];
      if (statError) throw statError;
      if ((numbers[1] & 0o170000) !== 0o040000) {
        // A file is in the way: at the end it exists, before it is not a folder.
        throw missing.length > 1 ? notFolder(full) : error;
      }
      there = missing.pop();
    } else {
      throw error.code === 'ENOTDIR' ? notFolder(full) : error;
    }
  }
  return first;
}

function notFolder(folder) {
  return require('internal/errors').uvException({
    errno: -20,
    code: 'ENOTDIR',
    syscall: 'mkdir',
    path: folder,
  });
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

const mkdirStep =
  (mode) =>
  ([what, where], req) =>
    what === 'mkdir' ? binding.mkdir(where, mode, req) : binding.stat(where, false, req);

function mkdirSync(folder, options) {
  const m = mkdirArguments(folder, options);
  if (!m.recursive) return binding.mkdir(m.folder, m.mode, undefined);
  return runStepsSync(mkdirSteps(m.folder), mkdirStep(m.mode));
}

function prepareMkdir(folder, options) {
  const m = mkdirArguments(folder, options);
  if (!m.recursive) return () => binding.mkdir(m.folder, m.mode, kUsePromises);
  return () => runSteps(mkdirSteps(m.folder), mkdirStep(m.mode));
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

function makeDirents(folder, [names, types]) {
  return names.map((name, i) => {
    const type = types[i] !== kUnknown ? types[i] : typeFromStats(forms.lstat.sync(joinPath(folder, name)));
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

function rmArguments(target, options, expectFolder = false) {
  target = args.toPath(target);
  if (options !== undefined) validateObject(options, 'options');
  const o = { recursive: false, force: false, maxRetries: 0, retryDelay: 100, ...options };
  validateBoolean(o.recursive, 'options.recursive');
  if (!expectFolder) validateBoolean(o.force, 'options.force');
  validateInt32(o.retryDelay, 'options.retryDelay', 0);
  validateUint32(o.maxRetries, 'options.maxRetries');
  return { target, ...o };
}

// Yields [operation, path] or ['wait', ms]; deletes what is inside first.
function* rmSteps(r, expectFolder) {
  const { error, numbers } = yield ['lstat', r.target];
  if (error) {
    if (r.force && error.code === 'ENOENT') return;
    throw error;
  }
  const isFolder = (numbers[1] & 0o170000) === 0o040000;
  if (isFolder && !r.recursive && !expectFolder) {
    throw new codes.ERR_FS_EISDIR({
      code: 'EISDIR',
      message: 'is a directory',
      path: args.toText(r.target),
      syscall: 'rm',
      errno: 21,
    });
  }
  yield* removeSteps(r, r.target, isFolder);
}

function* removeSteps(r, target, isFolder) {
  if (isFolder) {
    const { error, numbers: entries } = yield ['readdir', target];
    if (error && error.code !== 'ENOENT') throw error;
    if (!error) {
      const [names, types] = entries;
      for (let i = 0; i < names.length; i++) {
        const below = joinPath(target, names[i]);
        let type = types[i];
        if (type === kUnknown) {
          const { numbers } = yield ['lstat', below];
          type = numbers && (numbers[1] & 0o170000) === 0o040000 ? kDirectory : -1;
        }
        yield* removeSteps(r, below, type === kDirectory);
      }
    }
  }
  for (let attempt = 0; ; attempt++) {
    const { error } = yield [isFolder ? 'rmdir' : 'unlink', target];
    if (!error || error.code === 'ENOENT') return;
    if (attempt >= r.maxRetries || !kRetried.has(error.code)) throw error;
    yield ['wait', (attempt + 1) * r.retryDelay];
  }
}

function rmStepSync([what, where]) {
  if (what === 'wait') {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, where);
    return undefined;
  }
  return rmOperation(what, where, undefined);
}

function rmStep([what, where]) {
  if (what === 'wait') return new Promise((resolve) => setTimeout(resolve, where));
  return rmOperation(what, where, kUsePromises);
}

function rmOperation(what, where, req) {
  if (what === 'lstat') return binding.lstat(where, false, req);
  if (what === 'readdir') {
    return binding.readdir(where, 'buffer', true, req);
  }
  return binding[what](where, req);
}

function rmSync(target, options) {
  runStepsSync(rmSteps(rmArguments(target, options)), rmStepSync);
}

function prepareRm(target, options) {
  const r = rmArguments(target, options);
  return () => runSteps(rmSteps(r), rmStep);
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

function* rmdirSteps(r) {
  const { error, numbers } = yield ['lstat', r.target];
  if (error) throw asRmdir(error);
  if ((numbers[1] & 0o170000) !== 0o040000) {
    throw asRmdir({ errno: -20, code: 'ENOTDIR', path: args.toText(r.target) });
  }
  yield* removeSteps(r, r.target, true);
}

function asRmdir({ errno, code, path: where }) {
  return require('internal/errors').uvException({ errno, code, syscall: 'rmdir', path: where });
}

function rmdirSync(folder, options) {
  const r = rmdirArguments(folder, options);
  if (r.recursive) runStepsSync(rmdirSteps(r), rmStepSync);
  else binding.rmdir(r.target, undefined);
}

function prepareRmdir(folder, options) {
  const r = rmdirArguments(folder, options);
  if (r.recursive) return () => runSteps(rmdirSteps(r), rmStep);
  return () => binding.rmdir(r.target, kUsePromises);
}

module.exports = {
  joinPath,
  mkdirSync,
  prepareMkdir,
  prepareReaddir,
  prepareRm,
  prepareRmdir,
  readdirSync,
  rmSync,
  rmdirSync,
};
