'use strict';
// path.win32 (https://nodejs.org/docs/latest-v20.x/api/path.html): drives, UNC roots, both slashes.

const {
  extensionOf,
  formatParts,
  normalizeSegments,
  validateString,
  withoutSuffix,
} = require('internal/path/segments');

const isSeparator = (code) => code === 47 || code === 92;
const isLetter = (code) => (code >= 65 && code <= 90) || (code >= 97 && code <= 122);

function skipName(path, from) {
  while (from < path.length && !isSeparator(path.charCodeAt(from))) from++;
  return from;
}
function skipSeparators(path, from) {
  while (from < path.length && isSeparator(path.charCodeAt(from))) from++;
  return from;
}

// {device: "C:" or "\\server\share" or "", rootEnd: where the path after the root begins, absolute,
//  unc: [server, share] of a UNC root, uncOnly: nothing follows the share}.
function splitRoot(path, knowsDevices = false) {
  const result = { device: '', rootEnd: 0, absolute: false, unc: undefined, uncOnly: false };
  const first = path.charCodeAt(0);
  if (isSeparator(first)) {
    result.absolute = true;
    result.rootEnd = 1;
    if (path.length > 1 && isSeparator(path.charCodeAt(1))) {
      const serverEnd = skipName(path, 2);
      if (serverEnd < path.length && serverEnd !== 2) {
        const shareStart = skipSeparators(path, serverEnd);
        if (shareStart < path.length && shareStart !== serverEnd) {
          const shareEnd = skipName(path, shareStart);
          result.unc = [path.slice(2, serverEnd), path.slice(shareStart, shareEnd)];
          result.device = `\\\\${result.unc[0]}\\${result.unc[1]}`;
          result.rootEnd = shareEnd;
          result.uncOnly = shareEnd === path.length;
          // "\\\\.\\x" and "\\\\?\\x" name devices, not shares.
          if (knowsDevices && (result.unc[0] === '.' || result.unc[0] === '?')) {
            result.device = `\\\\${result.unc[0]}`;
            result.rootEnd = 4;
            result.uncOnly = false;
          }
        }
      }
    }
  } else if (isLetter(first) && path.charCodeAt(1) === 58) {
    result.device = path.slice(0, 2);
    result.rootEnd = 2;
    if (path.length > 2 && isSeparator(path.charCodeAt(2))) {
      result.absolute = true;
      result.rootEnd = 3;
    }
  }
  return result;
}

// The current directory of a drive, from the hidden variable "=C:" where there is one.
function currentDirectory(device) {
  if (device === '') return process.cwd();
  const path = process.env[`=${device}`] || process.cwd();
  if (
    path === undefined ||
    (path.slice(0, 2).toLowerCase() !== device.toLowerCase() && path.charCodeAt(2) === 92)
  ) {
    return `${device}\\`;
  }
  return path;
}

function lastName(path, from) {
  let end = path.length;
  while (end > from && isSeparator(path.charCodeAt(end - 1))) end--;
  let start = end;
  while (start > from && !isSeparator(path.charCodeAt(start - 1))) start--;
  return { start, end };
}

const driveEnd = (path) => (path.length >= 2 && isLetter(path.charCodeAt(0)) && path[1] === ':' ? 2 : 0);

// A relative path must not become one of a drive or a device: "a\\..\\C:x", "x\\nul:".
function looksLikeDrive(path, tail) {
  if (!path.includes(':')) return false;
  return driveEnd(tail) === 2 || /:(?:$|[\\/])/.test(path);
}

const win32 = {
  resolve(...paths) {
    let device = '';
    let tail = '';
    let absolute = false;
    // From the last to the first, then the current directory, until both are known: the drive and the path from its root.
    for (let i = paths.length - 1; i >= -1 && !(absolute && device); i--) {
      const path = i < 0 ? currentDirectory(device) : paths[i];
      if (i >= 0) validateString(path, `paths[${i}]`);
      if (path === '') continue;
      const root = splitRoot(path, true);
      const isElsewhere = device && root.device && root.device.toLowerCase() !== device.toLowerCase();
      if (isElsewhere) continue;
      device ||= root.device;
      if (absolute) continue;
      tail = `${path.slice(root.rootEnd)}\\${tail}`;
      absolute = root.absolute;
    }
    tail = normalizeSegments(tail, !absolute, '\\', /[\\/]/);
    return absolute ? `${device}\\${tail}` : `${device}${tail}` || '.';
  },

  normalize(path) {
    validateString(path, 'path');
    if (path.length === 0) return '.';
    if (path.length === 1) return isSeparator(path.charCodeAt(0)) ? '\\' : path;
    const root = splitRoot(path, true);
    if (root.uncOnly) return `${root.device}\\`;
    let tail =
      root.rootEnd < path.length
        ? normalizeSegments(path.slice(root.rootEnd), !root.absolute, '\\', /[\\/]/)
        : '';
    if (tail.length === 0 && !root.absolute) tail = '.';
    if (tail.length > 0 && isSeparator(path.charCodeAt(path.length - 1))) tail += '\\';
    if (!root.absolute && root.device === '' && looksLikeDrive(path, tail)) return `.\\${tail}`;
    return root.absolute ? `${root.device}\\${tail}` : `${root.device}${tail}`;
  },

  isAbsolute(path) {
    validateString(path, 'path');
    if (path.length === 0) return false;
    const first = path.charCodeAt(0);
    if (isSeparator(first)) return true;
    return path.length > 2 && isLetter(first) && path[1] === ':' && isSeparator(path.charCodeAt(2));
  },

  join(...paths) {
    const parts = [];
    for (const path of paths) {
      validateString(path, 'path');
      if (path !== '') parts.push(path);
    }
    if (parts.length === 0) return '.';
    const joined = parts.join('\\');
    // Joining must not make a UNC path where the first part was none.
    const mustCut = isSeparator(joined.charCodeAt(0)) && !/^[\\/]{2}[^\\/]/.test(parts[0]);
    return win32.normalize(mustCut ? joined.replace(/^[\\/]{2,}/, '\\') : joined);
  },

  relative(from, to) {
    validateString(from, 'from');
    validateString(to, 'to');
    if (from === to) return '';
    const fromFull = win32.resolve(from);
    const toFull = win32.resolve(to);
    if (fromFull === toFull) return '';
    from = fromFull.toLowerCase();
    to = toFull.toLowerCase();
    if (from === to) return '';
    const bounds = (path) => {
      let start = 0;
      while (start < path.length && path.charCodeAt(start) === 92) start++;
      let end = path.length;
      while (end - 1 > start && path.charCodeAt(end - 1) === 92) end--;
      return { start, end, length: end - start };
    };
    const a = bounds(from);
    const b = bounds(to);
    const shorter = Math.min(a.length, b.length);
    let common = -1;
    let i = 0;
    for (; i < shorter; i++) {
      const code = from.charCodeAt(a.start + i);
      if (code !== to.charCodeAt(b.start + i)) break;
      if (code === 92) common = i;
    }
    if (i !== shorter) {
      // Different drives or shares.
      if (common === -1) return toFull;
    } else {
      if (b.length > shorter) {
        if (to.charCodeAt(b.start + i) === 92) return toFull.slice(b.start + i + 1);
        if (i === 2) return toFull.slice(b.start + i);
      }
      if (a.length > shorter) {
        if (from.charCodeAt(a.start + i) === 92) common = i;
        else if (i === 2) common = 3;
      }
      if (common === -1) common = 0;
    }
    let up = '';
    for (i = a.start + common + 1; i <= a.end; ++i) {
      if (i === a.end || from.charCodeAt(i) === 92) up += up.length === 0 ? '..' : '\\..';
    }
    let start = b.start + common;
    if (up.length > 0) return `${up}${toFull.slice(start, b.end)}`;
    if (toFull.charCodeAt(start) === 92) ++start;
    return toFull.slice(start, b.end);
  },

  toNamespacedPath(path) {
    if (typeof path !== 'string' || path.length === 0) return path;
    const resolved = win32.resolve(path);
    if (resolved.length <= 2) return path;
    if (resolved.charCodeAt(0) === 92) {
      if (resolved.charCodeAt(1) === 92) {
        const code = resolved.charCodeAt(2);
        if (code !== 63 && code !== 46) return `\\\\?\\UNC\\${resolved.slice(2)}`;
      }
    } else if (isLetter(resolved.charCodeAt(0)) && resolved[1] === ':' && resolved[2] === '\\') {
      return `\\\\?\\${resolved}`;
    }
    return resolved;
  },

  dirname(path) {
    validateString(path, 'path');
    if (path.length === 0) return '.';
    if (path.length === 1) return isSeparator(path.charCodeAt(0)) ? path : '.';
    let rootEnd = -1;
    let from = 0;
    const root = splitRoot(path);
    if (root.uncOnly) return path;
    if (root.unc) {
      // With the separator after the share.
      rootEnd = from = root.rootEnd + 1;
    } else if (root.rootEnd > 0) {
      rootEnd = from = root.rootEnd;
    }
    let end = -1;
    let trailing = true;
    for (let i = path.length - 1; i >= from; --i) {
      if (isSeparator(path.charCodeAt(i))) {
        if (!trailing) {
          end = i;
          break;
        }
      } else {
        trailing = false;
      }
    }
    if (end === -1) {
      if (rootEnd === -1) return '.';
      end = rootEnd;
    }
    return path.slice(0, end);
  },

  basename(path, suffix) {
    if (suffix !== undefined) validateString(suffix, 'suffix');
    validateString(path, 'path');
    if (suffix !== undefined && suffix.length > 0 && suffix === path) return '';
    const { start, end } = lastName(path, driveEnd(path));
    return withoutSuffix(path, start, end, suffix);
  },

  extname(path) {
    validateString(path, 'path');
    const { start, end } = lastName(path, driveEnd(path));
    return extensionOf(path.slice(start, end));
  },

  format: formatParts.bind(null, '\\'),

  parse(path) {
    validateString(path, 'path');
    const result = { root: '', dir: '', base: '', ext: '', name: '' };
    if (path.length === 0) return result;
    if (path.length === 1) {
      if (isSeparator(path.charCodeAt(0))) result.root = result.dir = path;
      else result.base = result.name = path;
      return result;
    }
    const root = splitRoot(path);
    let { rootEnd } = root;
    if (root.unc && !root.uncOnly) rootEnd += 1;
    if (rootEnd >= path.length && rootEnd > 0 && !(root.unc && !root.uncOnly && rootEnd > path.length)) {
      result.root = result.dir = path;
      return result;
    }
    result.root = path.slice(0, rootEnd);
    const { start, end } = lastName(path, rootEnd);
    result.base = path.slice(start, end);
    result.ext = extensionOf(result.base);
    result.name = result.base.slice(0, result.base.length - result.ext.length);
    result.dir = start > 0 && start !== rootEnd ? path.slice(0, start - 1) : result.root;
    return result;
  },

  sep: '\\',
  delimiter: ';',
  win32: null,
  posix: null,
};

module.exports = win32;
