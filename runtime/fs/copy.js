'use strict';
// fs.cp (Node doc: fs.cp): copies files and whole folders. One generator of steps serves the three ways: it yields
// [operation name, ...arguments] and gets the operation's result, or its exception.

const { codes } = require('internal/errors');
const { validateBoolean, validateFunction, validateObject } = require('internal/errors/validators');
const path = require('path');
const args = require('internal/fs/args');
const { forms } = require('internal/fs/operations');
const folders = require('internal/fs/folders');

const EEXIST = 17;
const EINVAL = 22;
const EISDIR = 21;
const ENOTDIR = 20;

function copyArguments(source, target, options) {
  if (options !== undefined) validateObject(options, 'options');
  const o = {
    dereference: false,
    errorOnExist: false,
    filter: undefined,
    force: true,
    preserveTimestamps: false,
    recursive: false,
    verbatimSymlinks: false,
    ...options,
  };
  for (const name of [
    'dereference',
    'errorOnExist',
    'force',
    'preserveTimestamps',
    'recursive',
    'verbatimSymlinks',
  ]) {
    validateBoolean(o[name], `options.${name}`);
  }
  o.mode = args.toCopyMode(o.mode);
  if (o.dereference && o.verbatimSymlinks) {
    throw new codes.ERR_INCOMPATIBLE_OPTION_PAIR('dereference', 'verbatimSymlinks');
  }
  if (o.filter !== undefined) validateFunction(o.filter, 'options.filter');
  return {
    source: args.toText(args.toPath(source, 'src')),
    target: args.toText(args.toPath(target, 'dest')),
    o,
  };
}

const fail = (Class, code, errno, message, where) =>
  new Class({ message, path: where, syscall: 'cp', errno, code });

const isInside = (folder, below) => {
  const a = path.resolve(folder).split(path.sep).filter(Boolean);
  const b = path.resolve(below).split(path.sep).filter(Boolean);
  return a.every((part, i) => b[i] === part);
};

function* copySteps(source, target, o) {
  if (o.filter && !(yield ['filter', o.filter, source, target])) return;
  const stat = o.dereference ? 'stat' : 'lstat';
  const from = yield [stat, source, { bigint: true }];
  const to = yield ['maybe', stat, target];
  checkPair(source, from, target, to);
  yield* checkParents(source, from, target);
  const parent = path.dirname(target);
  if (!(yield ['maybe', 'stat', parent])) yield ['mkdir', parent, { recursive: true }];
  yield* copyOne(source, from, target, to, o);
}

function checkPair(source, from, target, to) {
  if (to) checkKinds(source, from, target, to);
  if (from.isDirectory() && isInside(source, target)) {
    const message = `cannot copy ${source} to a subdirectory of self ${target}`;
    throw fail(codes.ERR_FS_CP_EINVAL, 'EINVAL', EINVAL, message, target);
  }
}

// What may take the place of what is there.
function checkKinds(source, from, target, to) {
  if (from.ino === to.ino && from.dev === to.dev) {
    throw fail(codes.ERR_FS_CP_EINVAL, 'EINVAL', EINVAL, 'src and dest cannot be the same', target);
  }
  if (from.isDirectory() && !to.isDirectory()) {
    const message = `cannot overwrite non-directory ${target} with directory ${source}`;
    throw fail(codes.ERR_FS_CP_DIR_TO_NON_DIR, 'EISDIR', EISDIR, message, target);
  }
  if (!from.isDirectory() && to.isDirectory()) {
    const message = `cannot overwrite directory ${target} with non-directory ${source}`;
    throw fail(codes.ERR_FS_CP_NON_DIR_TO_DIR, 'ENOTDIR', ENOTDIR, message, target);
  }
}

// The target may lie in the source by way of a link.
function* checkParents(source, from, target) {
  const sourceParent = path.resolve(path.dirname(source));
  let parent = path.resolve(path.dirname(target));
  while (parent !== sourceParent && parent !== path.parse(parent).root) {
    const stats = yield ['maybe', 'stat', parent];
    if (stats && stats.ino === from.ino && stats.dev === from.dev) {
      const message = `cannot copy ${source} to a subdirectory of self ${target}`;
      throw fail(codes.ERR_FS_CP_EINVAL, 'EINVAL', EINVAL, message, target);
    }
    parent = path.dirname(parent);
  }
}

function* copyOne(source, from, target, to, o) {
  if (from.isDirectory()) {
    if (!o.recursive) {
      const message = `Recursive option not enabled, cannot copy a directory: ${source}`;
      throw fail(codes.ERR_FS_EISDIR, 'EISDIR', EISDIR, message, source);
    }
    yield* copyFolder(source, from, target, to, o);
  } else if (from.isFile() || from.isCharacterDevice() || from.isBlockDevice()) {
    yield* copyFile(source, from, target, to, o);
  } else if (from.isSymbolicLink()) {
    yield* copyLink(source, target, to, o);
  } else if (from.isSocket()) {
    throw fail(codes.ERR_FS_CP_SOCKET, 'EINVAL', EINVAL, `cannot copy a socket file: ${target}`, target);
  } else if (from.isFIFO()) {
    throw fail(codes.ERR_FS_CP_FIFO_PIPE, 'EINVAL', EINVAL, `cannot copy a FIFO pipe: ${target}`, target);
  } else {
    throw fail(
      codes.ERR_FS_CP_UNKNOWN,
      'EINVAL',
      EINVAL,
      `cannot copy an unknown file type: ${target}`,
      target,
    );
  }
}

function* copyFile(source, from, target, to, o) {
  if (to) {
    if (!o.force) {
      if (o.errorOnExist)
        throw fail(codes.ERR_FS_CP_EEXIST, 'EEXIST', EEXIST, `${target} already exists`, target);
      return;
    }
    yield ['unlink', target];
  }
  // The mode is copied too.
  yield ['copyFile', source, target, o.mode];
  if (o.preserveTimestamps) {
    const mode = Number(from.mode);
    const isReadOnly = (mode & 0o200) === 0;
    if (isReadOnly) yield ['chmod', target, mode | 0o200];
    const fresh = yield ['stat', source, {}];
    yield ['utimes', target, fresh.atime, fresh.mtime];
    if (isReadOnly) yield ['chmod', target, mode & 0o7777];
  }
}

function* copyFolder(source, from, target, to, o) {
  const isNew = !to;
  if (isNew) yield ['mkdir', target, {}];
  const stat = o.dereference ? 'stat' : 'lstat';
  for (const name of yield ['readdir', source]) {
    const below = path.join(source, name);
    const copy = path.join(target, name);
    if (o.filter && !(yield ['filter', o.filter, below, copy])) continue;
    const fromBelow = yield [stat, below, { bigint: !isNew }];
    let toBelow = null; // nothing is in a new folder
    if (!isNew) {
      toBelow = yield ['maybe', stat, copy];
      if (toBelow) checkKinds(below, fromBelow, copy, toBelow);
    }
    yield* copyOne(below, fromBelow, copy, toBelow, o);
  }
  if (isNew) yield ['chmod', target, Number(from.mode) & 0o7777];
}

function* copyLink(source, target, to, o) {
  let points = yield ['readlink', source];
  if (!o.verbatimSymlinks && !path.isAbsolute(points)) points = path.resolve(path.dirname(source), points);
  if (to) {
    let old;
    try {
      old = yield ['readlink', target];
    } catch (error) {
      // Not a link: let symlink() say that something is there.
      if (error.code !== 'EINVAL' && error.code !== 'UNKNOWN') throw error;
    }
    if (old !== undefined) {
      if (!path.isAbsolute(old)) old = path.resolve(path.dirname(target), old);
      if (isInside(points, old)) {
        const message = `cannot copy ${points} to a subdirectory of self ${old}`;
        throw fail(codes.ERR_FS_CP_EINVAL, 'EINVAL', EINVAL, message, target);
      }
      const stats = yield ['maybe', 'stat', target];
      if (stats?.isDirectory() && isInside(old, points)) {
        const message = `cannot overwrite ${old} with ${points}`;
        throw fail(codes.ERR_FS_CP_SYMLINK_TO_SUBDIRECTORY, 'EINVAL', EINVAL, message, target);
      }
      yield ['unlink', target];
    }
  }
  yield ['symlink', points, target];
}

function syncStep([name, ...list]) {
  if (name === 'filter') {
    const keep = list[0](list[1], list[2]);
    if (keep && typeof keep.then === 'function') {
      throw new codes.ERR_INVALID_RETURN_VALUE('boolean', 'filter', keep);
    }
    return keep;
  }
  if (name === 'maybe') {
    try {
      return forms[list[0]].sync(list[1], { bigint: true });
    } catch (error) {
      if (error.code === 'ENOENT') return null;
      throw error;
    }
  }
  if (name === 'mkdir') return folders.mkdirSync(...list);
  if (name === 'readdir') return folders.readdirSync(...list);
  return forms[name].sync(...list);
}

async function step([name, ...list]) {
  if (name === 'filter') return list[0](list[1], list[2]);
  if (name === 'maybe') {
    try {
      return await forms[list[0]].promise(list[1], { bigint: true });
    } catch (error) {
      if (error.code === 'ENOENT') return null;
      throw error;
    }
  }
  if (name === 'mkdir') return folders.prepareMkdir(...list)();
  if (name === 'readdir') return folders.prepareReaddir(...list)();
  return forms[name].promise(...list);
}

function cpSync(source, target, options) {
  const c = copyArguments(source, target, options);
  const steps = copySteps(c.source, c.target, c.o);
  let turn = steps.next();
  while (!turn.done) {
    let result;
    try {
      result = syncStep(turn.value);
    } catch (error) {
      turn = steps.throw(error);
      continue;
    }
    turn = steps.next(result);
  }
}

function prepareCopy(source, target, options) {
  const c = copyArguments(source, target, options);
  return async () => {
    const steps = copySteps(c.source, c.target, c.o);
    let turn = steps.next();
    while (!turn.done) {
      let result;
      try {
        result = await step(turn.value);
      } catch (error) {
        turn = steps.throw(error);
        continue;
      }
      turn = steps.next(result);
    }
  };
}

module.exports = { cpSync, prepareCopy };
