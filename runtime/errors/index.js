'use strict';
// Errors with Node's codes (https://nodejs.org/docs/latest-v20.x/api/errors.html): `new codes.ERR_X(...args)`, and system
// errors made from libuv's numbers. The messages are in codes.js; a class is made when its code is first asked for.

let uvBinding;
function uv() {
  return (uvBinding ??= internalBinding('uv'));
}

const kIsNodeError = Symbol('kIsNodeError');

// Runs `make` without collecting a stack trace: for errors whose trace is captured separately.
function withoutStackTrace(make) {
  const limit = Error.stackTraceLimit;
  let writable = true;
  try {
    Error.stackTraceLimit = 0;
  } catch {
    writable = false; // frozen intrinsics
  }
  try {
    return make();
  } finally {
    if (writable) Error.stackTraceLimit = limit;
  }
}

// The stack's first line is computed when `stack` is read; reading it while `name` carries the code puts the code there.
function putCodeIntoStack(error, code) {
  const name = error.name;
  Object.defineProperty(error, 'name', {
    value: `${name} [${code}]`,
    enumerable: false,
    configurable: true,
    writable: true,
  });
  void error.stack;
  delete error.name;
}

function codedToString() {
  return `${this.name} [${this.code}]: ${this.message}`;
}

function decorate(error, code, message) {
  Object.defineProperties(error, {
    [kIsNodeError]: { value: true, enumerable: false, writable: true, configurable: true },
    message: { value: message, enumerable: false, writable: true, configurable: true },
    toString: { value: codedToString, enumerable: false, writable: true, configurable: true },
  });
  error.code = code;
}

// An argument in a message, as util.format() shows it.
function textOf(value) {
  if (typeof value !== 'object' || value === null) return String(value);
  return require('internal/util/format').format('%s', value);
}

function makeMessage(code, template, args, self) {
  if (typeof template === 'function') return template.apply(self, args);
  if (args.length === 0) return template;
  let i = 0;
  return template.replace(/%([sdj])/g, (_, kind) =>
    kind === 'j' ? JSON.stringify(args[i++]) : textOf(args[i++]),
  );
}

function makeCodedClass(code, template, Base) {
  function NodeError(...args) {
    const error = withoutStackTrace(() => new Base());
    const message = makeMessage(code, template, args, error);
    decorate(error, code, message);
    Error.captureStackTrace(error, new.target ?? NodeError);
    putCodeIntoStack(error, code);
    return error;
  }
  return NodeError;
}

// Errors that come with a `context` from the system: {code, message, syscall, errno, path, dest}.
function makeSystemErrorClass(code, template) {
  return class NodeError extends Error {
    constructor(context) {
      super();
      let message = `${template}: ${context.syscall} returned ${context.code} (${context.message})`;
      if (context.path !== undefined) message += ` ${context.path}`;
      if (context.dest !== undefined) message += ` => ${context.dest}`;
      const hidden = (value) => ({ value, enumerable: false, writable: true, configurable: true });
      Object.defineProperties(this, {
        [kIsNodeError]: hidden(true),
        name: hidden('SystemError'),
        message: hidden(message),
        info: { value: context, enumerable: true, configurable: true, writable: false },
        errno: {
          get: () => context.errno,
          set(value) {
            context.errno = value;
          },
          enumerable: true,
          configurable: true,
        },
        syscall: {
          get: () => context.syscall,
          set(value) {
            context.syscall = value;
          },
          enumerable: true,
          configurable: true,
        },
      });
      for (const key of ['path', 'dest']) {
        if (context[key] === undefined) continue;
        Object.defineProperty(this, key, {
          get: () => context[key]?.toString(),
          set(value) {
            context[key] = value ? Buffer.from(String(value)) : undefined;
          },
          enumerable: true,
          configurable: true,
        });
      }
      this.code = code;
      Object.defineProperty(this, 'name', hidden(`SystemError [${code}]`));
      void this.stack;
      Object.defineProperty(this, 'name', hidden('SystemError'));
    }
    toString() {
      return `${this.name} [${code}]: ${this.message}`;
    }
  };
}

const BASES = { Error, TypeError, RangeError, SyntaxError, URIError };

function makeClass(code, [template, base, ...others]) {
  if (base === 'SystemError') {
    const result = makeSystemErrorClass(code, template);
    result.HideStackFramesError = result;
    return result;
  }
  const result = makeCodedClass(code, template, BASES[base]);
  for (const other of others) result[other] = makeCodedClass(code, template, BASES[other]);
  result.HideStackFramesError = result;
  return result;
}

const { table } = require('internal/errors/codes');
const codes = {};
for (const code of Object.keys(table)) {
  Object.defineProperty(codes, code, {
    get() {
      const value = makeClass(code, table[code]);
      Object.defineProperty(codes, code, { value, writable: true, enumerable: true, configurable: true });
      return value;
    },
    enumerable: true,
    configurable: true,
  });
}

// ---- System errors

function systemErrorName(errno) {
  return uv().errname(errno);
}

function finishSystemError(message, properties, above) {
  const error = withoutStackTrace(() => new Error(message));
  Object.assign(error, properties);
  Error.captureStackTrace(error, above);
  return error;
}

// {errno, syscall, path?, dest?, message?, code?} -> "ENOENT: no such file or directory, open 'x' -> 'y'".
function uvException(context) {
  const code = context.code ?? systemErrorName(context.errno);
  let message = `${code}: ${context.message || uv().errmessage(context.errno)}, ${context.syscall}`;
  const path = context.path ? context.path.toString() : undefined;
  const dest = context.dest ? context.dest.toString() : undefined;
  if (path !== undefined) message += ` '${path}'`;
  if (dest !== undefined) message += ` -> '${dest}'`;
  const properties = {};
  for (const key of Object.keys(context)) {
    if (key !== 'message' && key !== 'path' && key !== 'dest') properties[key] = context[key];
  }
  properties.code = code;
  if (path !== undefined) properties.path = path;
  if (dest !== undefined) properties.dest = dest;
  return finishSystemError(message, properties, uvException);
}

function errnoException(errno, syscall, original) {
  const code = systemErrorName(errno);
  const message = original ? `${syscall} ${code} ${original}` : `${syscall} ${code}`;
  return finishSystemError(message, { errno, code, syscall }, errnoException);
}

function hostPort(address, port) {
  if (port && port > 0) return ` ${address}:${port}`;
  return address ? ` ${address}` : '';
}

function exceptionWithHostPort(errno, syscall, address, port, additional) {
  const code = systemErrorName(errno);
  let details = hostPort(address, port);
  if (additional) details += ` - Local (${additional})`;
  const properties = { errno, code, syscall, address };
  if (port) properties.port = port;
  return finishSystemError(`${syscall} ${code}${details}`, properties, exceptionWithHostPort);
}

function uvExceptionWithHostPort(errno, syscall, address, port) {
  const code = systemErrorName(errno);
  const message = `${syscall} ${code}: ${uv().errmessage(errno)}${hostPort(address, port)}`;
  const properties = { code, errno, syscall, address };
  if (port) properties.port = port;
  return finishSystemError(message, properties, uvExceptionWithHostPort);
}

// `code` is a c-ares name ("ENOTFOUND") or a negative libuv number.
function DNSException(code, syscall, hostname) {
  let errno;
  if (typeof code === 'number') {
    errno = code;
    const name = systemErrorName(code);
    code = name === 'EAI_NODATA' || name === 'EAI_NONAME' ? 'ENOTFOUND' : name;
  }
  const message = `${syscall} ${code}${hostname ? ` ${hostname}` : ''}`;
  const properties = { errno, code, syscall };
  if (hostname) properties.hostname = hostname;
  return finishSystemError(message, properties, DNSException);
}

function connResetException(message) {
  const error = new Error(message);
  error.code = 'ECONNRESET';
  return error;
}

class AbortError extends Error {
  constructor(message = 'The operation was aborted', options = undefined) {
    if (options !== undefined && typeof options !== 'object') {
      throw new codes.ERR_INVALID_ARG_TYPE('options', 'Object', options);
    }
    super(message, options);
    this.code = 'ABORT_ERR';
    this.name = 'AbortError';
  }
}

function genericNodeError(message, properties) {
  return Object.assign(new Error(message), properties);
}

// One error out of two; either may be missing. The outer one gives the message and the code.
function aggregateTwoErrors(inner, outer) {
  if (!inner || !outer || inner === outer) return inner || outer;
  if (Array.isArray(outer.errors)) {
    outer.errors.push(inner);
    return outer;
  }
  const error = withoutStackTrace(() => new AggregateError([outer, inner], outer.message));
  Error.captureStackTrace(error, aggregateTwoErrors);
  error.code = outer.code;
  return error;
}

function aggregateErrors(errors, message, code) {
  const error = new AggregateError(errors, message);
  error.code = errors[0]?.code ?? code;
  return error;
}

// Leaves `fn` itself out of the stack of what it throws.
function hideStackFrames(fn) {
  function wrapped(...args) {
    try {
      return Reflect.apply(fn, this, args);
    } catch (error) {
      if (Error.stackTraceLimit) Error.captureStackTrace(error, wrapped);
      throw error;
    }
  }
  wrapped.withoutStackTrace = fn;
  return wrapped;
}

let overflowName;
let overflowMessage;
function isStackOverflowError(error) {
  if (overflowMessage === undefined) {
    try {
      const overflow = () => overflow();
      overflow();
    } catch (e) {
      overflowMessage = e.message;
      overflowName = e.name;
    }
  }
  return error?.name === overflowName && error.message === overflowMessage;
}

// What a mode that Parley does not have yet throws; it names what is missing.
function notImplemented(what) {
  return new codes.ERR_METHOD_NOT_IMPLEMENTED(what);
}

module.exports = {
  AbortError,
  DNSException,
  aggregateErrors,
  aggregateTwoErrors,
  codes,
  connResetException,
  errnoException,
  exceptionWithHostPort,
  genericNodeError,
  hideStackFrames,
  isStackOverflowError,
  kIsNodeError,
  notImplemented,
  uvErrmapGet: (errno) => uv().getErrorMap().get(errno),
  uvException,
  uvExceptionWithHostPort,
  get determineSpecificType() {
    return require('internal/errors/messages').describe;
  },
};
