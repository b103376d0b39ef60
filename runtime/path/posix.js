'use strict';
// path.posix (https://nodejs.org/docs/latest-v20.x/api/path.html).

const {
  extensionOf,
  formatParts,
  lastIndexOfCode,
  normalizeSegments,
  validateString,
  withoutSuffix,
} = require('internal/path/segments');

const SLASH = 47;

function trimmedEnd(path) {
  let end = path.length;
  while (end > 1 && path.charCodeAt(end - 1) === SLASH) end--;
  return end;
}

// Where the last name begins and ends, trailing slashes left out.
function lastName(path) {
  let end = path.length;
  while (end > 0 && path.charCodeAt(end - 1) === SLASH) end--;
  return { start: end === 0 ? 0 : lastIndexOfCode(path, SLASH, end - 1) + 1, end };
}

// The length of the folders that two absolute paths share, without the slash behind them.
function commonLength(a, b) {
  let common = 0;
  for (let i = 0; ; i++) {
    const c = i < a.length ? a.charCodeAt(i) : SLASH;
    if (c !== (i < b.length ? b.charCodeAt(i) : SLASH)) return common;
    if (c === SLASH) common = i;
    if (i >= a.length || i >= b.length) return common;
  }
}

const posix = {
  resolve(...paths) {
    let resolved = '';
    let absolute = false;
    for (let i = paths.length - 1; i >= -1 && !absolute; i--) {
      const path = i >= 0 ? paths[i] : process.cwd();
      validateString(path, `paths[${i}]`);
      if (path.length === 0) continue;
      resolved = `${path}/${resolved}`;
      absolute = path.charCodeAt(0) === SLASH;
    }
    resolved = normalizeSegments(resolved, !absolute, '/', '/');
    if (absolute) return `/${resolved}`;
    return resolved.length > 0 ? resolved : '.';
  },

  normalize(path) {
    validateString(path, 'path');
    if (path.length === 0) return '.';
    const absolute = path.charCodeAt(0) === SLASH;
    const trailing = path.charCodeAt(path.length - 1) === SLASH;
    let result = normalizeSegments(path, !absolute, '/', '/');
    if (result.length === 0) {
      if (absolute) return '/';
      return trailing ? './' : '.';
    }
    if (trailing) result += '/';
    return absolute ? `/${result}` : result;
  },

  isAbsolute(path) {
    validateString(path, 'path');
    return path.length > 0 && path.charCodeAt(0) === SLASH;
  },

  join(...paths) {
    if (paths.length === 0) return '.';
    let joined;
    for (let i = 0; i < paths.length; i++) {
      const path = paths[i];
      validateString(path, 'path');
      if (path.length === 0) continue;
      if (joined === undefined) joined = path;
      else joined += `/${path}`;
    }
    return joined === undefined ? '.' : posix.normalize(joined);
  },

  relative(from, to) {
    validateString(from, 'from');
    validateString(to, 'to');
    if (from === to) return '';
    from = posix.resolve(from);
    to = posix.resolve(to);
    if (from === to) return '';
    if (from === '/') return to.slice(1);
    if (to === '/') to = '';
    const common = commonLength(from, to);
    let result = '..';
    for (let i = common + 1; i < from.length; i++) if (from.charCodeAt(i) === SLASH) result += '/..';
    if (common < from.length) return result + to.slice(common);
    return to.slice(common + 1);
  },

  toNamespacedPath(path) {
    return path;
  },

  dirname(path) {
    validateString(path, 'path');
    if (path.length === 0) return '.';
    const rooted = path.charCodeAt(0) === SLASH;
    const slash = lastIndexOfCode(path, SLASH, trimmedEnd(path) - 1);
    // The slash at index 0 is the root, not a separator.
    if (slash <= 0) return rooted ? '/' : '.';
    return rooted && slash === 1 ? '//' : path.slice(0, slash);
  },

  basename(path, suffix) {
    if (suffix !== undefined) validateString(suffix, 'suffix');
    validateString(path, 'path');
    if (suffix !== undefined && suffix.length > 0 && suffix === path) return '';
    const { start, end } = lastName(path);
    return withoutSuffix(path, start, end, suffix);
  },

  extname(path) {
    validateString(path, 'path');
    const { start, end } = lastName(path);
    return extensionOf(path.slice(start, end));
  },

  format: formatParts.bind(null, '/'),

  parse(path) {
    validateString(path, 'path');
    const result = { root: '', dir: '', base: '', ext: '', name: '' };
    if (path.length === 0) return result;
    const rooted = path.charCodeAt(0) === SLASH;
    if (rooted) result.root = '/';
    const { start, end } = lastName(path);
    if (end > 0) {
      result.base = path.slice(start, end);
      // Node takes the root's slash for a character of a name here: "/.." has the extension ".".
      result.ext = rooted && start === 1 && result.base === '..' ? '.' : extensionOf(result.base);
      result.name = result.base.slice(0, result.base.length - result.ext.length);
    }
    if (start > 1 || (start === 1 && !rooted)) result.dir = path.slice(0, start - 1);
    else if (rooted) result.dir = '/';
    return result;
  },

  sep: '/',
  delimiter: ':',
  win32: null,
  posix: null,
};

module.exports = posix;
