'use strict';
// Stats, BigIntStats, StatFs and Dirent (Node doc: fs, "Common Objects").

const c = require('internal/fs/constants');

const kNsPerMs = 10n ** 6n;
const kNsPerSec = 10n ** 9n;

function isKind(stats, kind) {
  const { mode } = stats;
  if (typeof mode === 'bigint') return (mode & BigInt(c.S_IFMT)) === BigInt(kind);
  return (mode & c.S_IFMT) === kind;
}

const dateFrom = (ms) => new Date(Math.round(Number(ms)));

function StatsBase(dev, mode, nlink, uid, gid, rdev, blksize, ino, size, blocks) {
  this.dev = dev;
  this.mode = mode;
  this.nlink = nlink;
  this.uid = uid;
  this.gid = gid;
  this.rdev = rdev;
  this.blksize = blksize;
  this.ino = ino;
  this.size = size;
  this.blocks = blocks;
}
for (const [name, kind] of [
  ['isDirectory', c.S_IFDIR],
  ['isFile', c.S_IFREG],
  ['isBlockDevice', c.S_IFBLK],
  ['isCharacterDevice', c.S_IFCHR],
  ['isSymbolicLink', c.S_IFLNK],
  ['isFIFO', c.S_IFIFO],
  ['isSocket', c.S_IFSOCK],
]) {
  StatsBase.prototype[name] = function () {
    return isKind(this, kind);
  };
}

function Stats(
  dev,
  mode,
  nlink,
  uid,
  gid,
  rdev,
  blksize,
  ino,
  size,
  blocks,
  atimeMs,
  mtimeMs,
  ctimeMs,
  birthtimeMs,
) {
  StatsBase.call(this, dev, mode, nlink, uid, gid, rdev, blksize, ino, size, blocks);
  this.atimeMs = atimeMs;
  this.mtimeMs = mtimeMs;
  this.ctimeMs = ctimeMs;
  this.birthtimeMs = birthtimeMs;
  this.atime = dateFrom(atimeMs);
  this.mtime = dateFrom(mtimeMs);
  this.ctime = dateFrom(ctimeMs);
  this.birthtime = dateFrom(birthtimeMs);
}
Object.setPrototypeOf(Stats.prototype, StatsBase.prototype);
Object.setPrototypeOf(Stats, StatsBase);

function BigIntStats(numbers) {
  StatsBase.call(this, ...numbers.slice(0, 10));
  const times = [10, 12, 14, 16].map((i) => numbers[i] * kNsPerSec + numbers[i + 1]);
  const names = ['atime', 'mtime', 'ctime', 'birthtime'];
  names.forEach((name, i) => (this[`${name}Ms`] = times[i] / kNsPerMs));
  names.forEach((name, i) => (this[`${name}Ns`] = times[i]));
  names.forEach((name) => (this[name] = dateFrom(this[`${name}Ms`])));
}
Object.setPrototypeOf(BigIntStats.prototype, StatsBase.prototype);
Object.setPrototypeOf(BigIntStats, StatsBase);

// From the binding's numbers (runtime/fs/request.h).
function makeStats(n) {
  if (n.length === 18) return new BigIntStats(n);
  return new Stats(n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8], n[9], n[10], n[11], n[12], n[13]);
}

class StatFs {
  constructor(n) {
    [this.type, this.bsize, this.blocks, this.bfree, this.bavail, this.files, this.ffree] = n;
  }
}
const makeStatFs = (n) => new StatFs(n);

const kType = Symbol('type');

class Dirent {
  constructor(name, parentPath, type) {
    this.name = name;
    this.parentPath = parentPath;
    this.path = parentPath;
    this[kType] = type;
  }
}
for (const [name, kind] of [
  ['isDirectory', c.UV_DIRENT_DIR],
  ['isFile', c.UV_DIRENT_FILE],
  ['isBlockDevice', c.UV_DIRENT_BLOCK],
  ['isCharacterDevice', c.UV_DIRENT_CHAR],
  ['isSymbolicLink', c.UV_DIRENT_LINK],
  ['isFIFO', c.UV_DIRENT_FIFO],
  ['isSocket', c.UV_DIRENT_SOCKET],
]) {
  Object.defineProperty(Dirent.prototype, name, {
    value() {
      return this[kType] === kind;
    },
    configurable: true,
    writable: true,
  });
}

// File systems that do not tell the type of an entry (uv: UNKNOWN) need an lstat for it.
const kTypes = {
  [c.S_IFREG]: c.UV_DIRENT_FILE,
  [c.S_IFDIR]: c.UV_DIRENT_DIR,
  [c.S_IFLNK]: c.UV_DIRENT_LINK,
  [c.S_IFIFO]: c.UV_DIRENT_FIFO,
  [c.S_IFSOCK]: c.UV_DIRENT_SOCKET,
  [c.S_IFCHR]: c.UV_DIRENT_CHAR,
  [c.S_IFBLK]: c.UV_DIRENT_BLOCK,
};
const direntType = (mode) => kTypes[mode & c.S_IFMT] ?? c.UV_DIRENT_UNKNOWN;

module.exports = { BigIntStats, Dirent, Stats, StatFs, direntType, makeStats, makeStatFs };
