'use strict';
// fs.glob (Node doc of version 22: fs.glob): the paths that match patterns. One generator of steps serves the three ways: it
// yields the folders it wants to read and gets their entries, and yields { found } for each result.

const { codes } = require('internal/errors');
const { validateBoolean, validateFunction, validateObject } = require('internal/errors/validators');
const path = require('path');
const args = require('internal/fs/args');
const { binding, kUsePromises } = require('internal/fs/operations');
const { kAnyDepth, matches, parsePattern } = require('internal/fs/glob_pattern');
const { Dirent, direntType } = require('internal/fs/stats');

const kFolder = 2; // types of the binding's readdir
const kLink = 3;
const kUnknown = 0;

function globArguments(pattern, options = {}) {
  validateObject(options, 'options');
  const { cwd = process.cwd(), exclude, withFileTypes = false } = options;
  const patterns = Array.isArray(pattern) ? pattern : [pattern];
  for (const one of patterns) {
    if (typeof one !== 'string') {
      throw new codes.ERR_INVALID_ARG_TYPE('patterns', ['string', 'string[]'], pattern);
    }
  }
  validateBoolean(withFileTypes, 'options.withFileTypes');
  if (exclude !== undefined && typeof exclude !== 'function' && !Array.isArray(exclude)) {
    throw new codes.ERR_INVALID_ARG_TYPE('options.exclude', ['function', 'string[]'], exclude);
  }
  return {
    parsed: patterns.flatMap(parsePattern),
    cwd: path.resolve(args.toText(args.toPath(cwd, 'options.cwd'))),
    withFileTypes,
    exclude,
  };
}

class Walk {
  #cwd;
  #exclude;
  #withFileTypes;
  #found = new Set();
  #seen = new Set(); // (place, rest of the pattern) that have been walked
  #folders = new Map(); // path → [names, types], or null

  constructor({ cwd, exclude, withFileTypes }) {
    this.#cwd = cwd;
    this.#exclude = exclude;
    this.#withFileTypes = withFileTypes;
  }

  *run(patterns) {
    for (const [number, { absolute, folderOnly, segments }] of patterns.entries()) {
      yield* this.#step(number, absolute ? '/' : '', segments, 0, folderOnly);
    }
  }

  *#step(number, place, segments, i, folderOnly) {
    const key = `${number}:${i}:${place}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    if (i === segments.length) {
      yield* this.#end(place || '.', folderOnly);
      return;
    }
    const segment = segments[i];
    if (typeof segment === 'string') {
      const next = place === '' || place === '/' ? place + segment : `${place}/${segment}`;
      if (!this.#isExcluded(next)) yield* this.#step(number, next, segments, i + 1, folderOnly);
      return;
    }
    if (segment === kAnyDepth) yield* this.#step(number, place, segments, i + 1, folderOnly);
    const entries = yield* this.#read(place);
    if (entries === null) return;
    const isLast = i === segments.length - 1;
    for (const [name, type] of entries) {
      if (segment === kAnyDepth ? name.startsWith('.') : !segment.test(name)) continue;
      const next = place === '' || place === '/' ? place + name : `${place}/${name}`;
      if (this.#isExcluded(next)) continue;
      // ** does not follow links: they may lead in circles.
      if (segment === kAnyDepth && type === kFolder) yield* this.#step(number, next, segments, i, folderOnly);
      else if (isLast) yield* this.#end(next, folderOnly, type);
      else if (segment !== kAnyDepth && (type === kFolder || type === kLink)) {
        yield* this.#step(number, next, segments, i + 1, folderOnly);
      }
    }
  }

  // A result, when it is there.
  *#end(place, folderOnly, type = this.#typeOf(place)) {
    if (type === undefined) return;
    if (folderOnly && type !== kFolder && (yield* this.#read(place)) === null) return;
    const result = folderOnly ? `${place}/` : place;
    if (this.#found.has(result)) return;
    this.#found.add(result);
    yield { found: this.#withFileTypes ? this.#dirent(place, type) : result };
  }

  #dirent(place, type) {
    const full = path.resolve(this.#cwd, place);
    return new Dirent(path.basename(place), path.dirname(full), type);
  }

  #typeOf(place) {
    try {
      return direntType(binding.lstat(path.resolve(this.#cwd, place), false, undefined)[1]);
    } catch {
      return undefined;
    }
  }

  // The entries of a folder as [name, type]; null when it is none.
  *#read(place) {
    const full = path.resolve(this.#cwd, place);
    let entries = this.#folders.get(full);
    if (entries === undefined) {
      const read = yield { read: full };
      entries =
        read &&
        read[0].map((name, i) => [
          name,
          read[1][i] === kUnknown ? this.#typeOf(path.join(full, name)) : read[1][i],
        ]);
      this.#folders.set(full, entries);
    }
    return entries;
  }

  #isExcluded(place) {
    const exclude = this.#exclude;
    if (exclude === undefined) return false;
    if (typeof exclude !== 'function') return exclude.some((pattern) => matches(pattern, place));
    if (!this.#withFileTypes) return !!exclude(path.basename(place));
    const type = this.#typeOf(place);
    return type !== undefined && !!exclude(this.#dirent(place, type));
  }
}

function globSync(pattern, options) {
  const g = globArguments(pattern, options);
  const results = [];
  const steps = new Walk(g).run(g.parsed);
  let turn = steps.next();
  while (!turn.done) {
    let answer = null;
    if (turn.value.found !== undefined) results.push(turn.value.found);
    else {
      try {
        answer = binding.readdir(turn.value.read, 'utf8', true, undefined);
      } catch {
        // No folder, or not ours to read.
      }
    }
    turn = steps.next(answer);
  }
  return results;
}

async function* iterate(g) {
  const steps = new Walk(g).run(g.parsed);
  let turn = steps.next();
  while (!turn.done) {
    let answer = null;
    if (turn.value.found !== undefined) yield turn.value.found;
    else answer = await binding.readdir(turn.value.read, 'utf8', true, kUsePromises).catch(() => null);
    turn = steps.next(answer);
  }
}

async function* globAsync(pattern, options) {
  yield* iterate(globArguments(pattern, options));
}

async function collect(g) {
  const results = [];
  for await (const found of iterate(g)) results.push(found);
  return results;
}

function glob(pattern, options, callback) {
  if (typeof options === 'function') {
    callback = options;
    options = undefined;
  }
  validateFunction(callback, 'callback');
  const g = globArguments(pattern, options);
  require('internal/fs/whole_files').deliver(() => collect(g), callback);
}

module.exports = { glob, globAsync, globSync };
