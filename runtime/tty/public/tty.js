'use strict';
// The public module `tty`. https://nodejs.org/docs/latest-v20.x/api/tty.html

const net = require('net');
const { codes, errnoException } = require('internal/errors');

const isatty = (fd) =>
  Number.isInteger(fd) && fd >= 0 && fd <= 2147483647 && internalBinding('tty_wrap').isTTY(fd);

let TTY;
function makeHandle(fd) {
  if (fd >> 0 !== fd || fd < 0) throw new codes.ERR_INVALID_FD(fd);
  TTY ??= internalBinding('tty_wrap').makeTtyClass();
  try {
    return new TTY(fd);
  } catch (error) {
    const wrapped = new codes.ERR_TTY_INIT_FAILED(error);
    throw wrapped;
  }
}

function ReadStream(fd, options) {
  if (!(this instanceof ReadStream)) return new ReadStream(fd, options);
  net.Socket.call(this, { highWaterMark: 0, handle: makeHandle(fd), manualStart: true, ...options });
  this.isRaw = false;
  this.isTTY = true;
}
Object.setPrototypeOf(ReadStream.prototype, net.Socket.prototype);
Object.setPrototypeOf(ReadStream, net.Socket);

ReadStream.prototype.setRawMode = function (flag) {
  flag = Boolean(flag);
  const error = this._handle?.setRawMode(flag);
  if (error) this.emit('error', errnoException(error, 'setRawMode'));
  else this.isRaw = flag;
  return this;
};

function WriteStream(fd) {
  if (!(this instanceof WriteStream)) return new WriteStream(fd);
  net.Socket.call(this, { handle: makeHandle(fd), manualStart: true, readable: false });
  this._handle.setBlocking(true);
  const size = [0, 0];
  if (this._handle.getWindowSize(size) === 0) {
    this.columns = size[0];
    this.rows = size[1];
  }
  this._handle.unref();
  const refresh = () => this._refreshSize();
  if (fd === 1 || fd === 2) process.on('SIGWINCH', refresh);
  this.once('close', () => process.removeListener('SIGWINCH', refresh));
}
Object.setPrototypeOf(WriteStream.prototype, net.Socket.prototype);
Object.setPrototypeOf(WriteStream, net.Socket);

WriteStream.prototype.isTTY = true;
WriteStream.prototype._refreshSize = function () {
  const size = [0, 0];
  const error = this._handle?.getWindowSize(size);
  if (error) {
    this.emit('error', errnoException(error, 'getWindowSize'));
    return;
  }
  const [columns, rows] = size;
  if (columns === this.columns && rows === this.rows) return;
  this.columns = columns;
  this.rows = rows;
  this.emit('resize');
};
WriteStream.prototype.getWindowSize = function () {
  return [this.columns, this.rows];
};

// The cursor functions of readline, with this terminal as their stream.
for (const name of ['cursorTo', 'moveCursor', 'clearLine', 'clearScreenDown']) {
  WriteStream.prototype[name] = {
    [name](...args) {
      return require('internal/readline/escapes')[name](this, ...args);
    },
  }[name];
}

const COLORS_2 = 1;
const COLORS_16 = 4;
const COLORS_256 = 8;
const COLORS_16M = 24;
const TERMS = {
  eterm: COLORS_16,
  cons25: COLORS_16,
  console: COLORS_16,
  cygwin: COLORS_16,
  dtterm: COLORS_16,
  gnome: COLORS_16,
  hurd: COLORS_16,
  jfbterm: COLORS_16,
  konsole: COLORS_16,
  kterm: COLORS_16,
  mlterm: COLORS_16,
  mosh: COLORS_16M,
  putty: COLORS_16,
  st: COLORS_16,
  'rxvt-unicode-24bit': COLORS_16M,
  terminator: COLORS_16M,
  'xterm-kitty': COLORS_16M,
};
const CI_256 = ['APPVEYOR', 'BUILDKITE', 'CIRCLECI', 'DRONE', 'GITLAB_CI', 'TRAVIS'];

let warnedOfConflict = false;
// Says once that FORCE_COLOR beats the variables that switch colours off.
function warnOfConflict(env) {
  if (warnedOfConflict) return;
  const ignored = ['NODE_DISABLE_COLORS', 'NO_COLOR'].filter((name) => env[name]);
  if (ignored.length === 0) return;
  warnedOfConflict = true;
  const names = ignored.join("' and '");
  process.emitWarning(`The '${names}' env is ignored due to the 'FORCE_COLOR' env being set.`, 'Warning');
}

// Bits for each pixel, from what the environment says of the terminal.
WriteStream.prototype.getColorDepth = function (env = process.env) {
  switch (env.FORCE_COLOR) {
    case undefined:
      break;
    case '':
    case '1':
    case 'true':
      warnOfConflict(env);
      return COLORS_16;
    case '2':
      warnOfConflict(env);
      return COLORS_256;
    case '3':
      warnOfConflict(env);
      return COLORS_16M;
    default:
      return COLORS_2;
  }
  if (env.NODE_DISABLE_COLORS !== undefined && env.NODE_DISABLE_COLORS !== '') return COLORS_2;
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return COLORS_2;
  if (env.TERM === 'dumb') return COLORS_2;
  if (env.TMUX) return COLORS_16M;
  if ('TF_BUILD' in env && 'AGENT_NAME' in env) return COLORS_16;
  if (env.CI) {
    if ('GITHUB_ACTIONS' in env || 'GITEA_ACTIONS' in env) return COLORS_16M;
    return CI_256.some((name) => name in env) || env.CI_NAME === 'codeship' ? COLORS_256 : COLORS_2;
  }
  if ('TEAMCITY_VERSION' in env) {
    return /^(9\.(0*[1-9]\d*)\.|\d{2,}\.)/.test(env.TEAMCITY_VERSION) ? COLORS_16 : COLORS_2;
  }
  switch (env.TERM_PROGRAM) {
    case 'iTerm.app':
      return !env.TERM_PROGRAM_VERSION || /^[0-2]\./.test(env.TERM_PROGRAM_VERSION) ? COLORS_256 : COLORS_16M;
    case 'HyperTerm':
    case 'MacTerm':
      return COLORS_16M;
    case 'Apple_Terminal':
      return COLORS_256;
  }
  if (env.COLORTERM === 'truecolor' || env.COLORTERM === '24bit') return COLORS_16M;
  if (env.TERM) {
    if (/truecolor/.test(env.TERM)) return COLORS_16M;
    if (/^xterm-256/.test(env.TERM)) return COLORS_256;
    const term = env.TERM.toLowerCase();
    if (TERMS[term]) return TERMS[term];
    if (/ansi|color|linux|direct|^con[0-9]*x[0-9]|^rxvt|^screen|^xterm|^vt100|^vt220/.test(term))
      return COLORS_16;
  }
  return env.COLORTERM ? COLORS_16 : COLORS_2;
};
WriteStream.prototype.hasColors = function (count, env) {
  if (env === undefined && (count === undefined || (typeof count === 'object' && count !== null))) {
    env = count;
    count = 16;
  } else if (!Number.isInteger(count)) {
    throw new codes.ERR_INVALID_ARG_TYPE('count', 'integer', count);
  } else if (count < 2) {
    throw new codes.ERR_OUT_OF_RANGE('count', '>= 2', count);
  }
  return count <= 2 ** this.getColorDepth(env);
};

module.exports = { isatty, ReadStream, WriteStream };
