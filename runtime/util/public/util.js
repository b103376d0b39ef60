'use strict';
// https://nodejs.org/docs/latest-v20.x/api/util.html

const { codes, errnoException, exceptionWithHostPort } = require('internal/errors');
const {
  validateFunction,
  validateNumber,
  validateOneOf,
  validateString,
} = require('internal/errors/validators');
const { defineLazyProperty, deprecate, isError, promisify, toUSVString } = require('internal/util');
const { inspect } = require('internal/util/inspect');
const { format, formatWithOptions } = require('internal/util/format');
const { debuglog } = require('internal/util/debuglog');
const { stripVTControlCharacters } = require('internal/util/inspect_text');
const types = require('internal/util/types');

function callbackify(original) {
  validateFunction(original, 'original');
  function callbackified(...args) {
    const callback = args.pop();
    validateFunction(callback, 'last argument');
    const done = callback.bind(this);
    Reflect.apply(original, this, args).then(
      (value) => process.nextTick(done, null, value),
      (reason) => process.nextTick(callbackifyRejected, reason, done),
    );
  }
  const descriptors = Object.getOwnPropertyDescriptors(original);
  // One argument more: the callback.
  if (typeof descriptors.length.value === 'number') descriptors.length.value++;
  if (typeof descriptors.name.value === 'string') descriptors.name.value += 'Callbackified';
  for (const key of Reflect.ownKeys(descriptors)) Object.defineProperty(callbackified, key, descriptors[key]);
  return callbackified;
}

function callbackifyRejected(reason, callback) {
  // A callback tells success by a falsy error.
  callback(reason ? reason : new codes.ERR_FALSY_VALUE_REJECTION(reason));
}

function inherits(constructor, above) {
  if (constructor === undefined || constructor === null) {
    throw new codes.ERR_INVALID_ARG_TYPE('ctor', 'Function', constructor);
  }
  if (above === undefined || above === null) {
    throw new codes.ERR_INVALID_ARG_TYPE('superCtor', 'Function', above);
  }
  if (above.prototype === undefined) {
    throw new codes.ERR_INVALID_ARG_TYPE('superCtor.prototype', 'Object', above.prototype);
  }
  Object.defineProperty(constructor, 'super_', { value: above, writable: true, configurable: true });
  Object.setPrototypeOf(constructor.prototype, above.prototype);
}

function _extend(target, source) {
  if (source === null || typeof source !== 'object') return target;
  for (const key of Object.keys(source)) target[key] = source[key];
  return target;
}

function log(...args) {
  const two = (n) => String(n).padStart(2, '0');
  const now = new Date();
  const month = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(':');
  console.log('%s - %s', `${now.getDate()} ${month[now.getMonth()]} ${time}`, format(...args));
}

function getSystemErrorName(number) {
  validateNumber(number, 'err');
  if (number >= 0 || !Number.isSafeInteger(number)) {
    throw new codes.ERR_OUT_OF_RANGE('err', 'a negative integer', number);
  }
  return internalBinding('uv').errname(number);
}

function styleText(format, text) {
  validateString(text, 'text');
  let start = '';
  let end = '';
  for (const name of Array.isArray(format) ? format : [format]) {
    const code = typeof name === 'string' ? inspect.colors[name] : undefined;
    if (code === undefined) validateOneOf(name, 'format', Object.keys(inspect.colors));
    start += `\u001b[${code[0]}m`;
    end = `\u001b[${code[1]}m${end}`;
  }
  return `${start}${text}${end}`;
}

const old = (fn, name, code, instead) =>
  deprecate(fn, `The \`util.${name}\` API is deprecated. Please use ${instead} instead.`, code);

const isNumber = (value) => typeof value === 'number';

module.exports = {
  _errnoException: (...args) => {
    if (!Number.isSafeInteger(args[0]) || args[0] >= 0) getSystemErrorName(args[0]);
    return errnoException(...args);
  },
  _exceptionWithHostPort: exceptionWithHostPort,
  _extend: old(_extend, '_extend', 'DEP0060', 'Object.assign()'),
  callbackify,
  debug: debuglog,
  debuglog,
  deprecate,
  format,
  formatWithOptions,
  getSystemErrorMap: () => internalBinding('uv').getErrorMap(),
  getSystemErrorName,
  inherits,
  inspect,
  isArray: old(Array.isArray, 'isArray', 'DEP0044', '`Array.isArray()`'),
  isBoolean: old((v) => typeof v === 'boolean', 'isBoolean', 'DEP0045', '`typeof arg === "boolean"`'),
  isBuffer: old((v) => require('buffer').Buffer.isBuffer(v), 'isBuffer', 'DEP0046', '`Buffer.isBuffer()`'),
  isDeepStrictEqual: (a, b) => require('internal/util/comparisons').isDeepStrictEqual(a, b),
  isNull: old((v) => v === null, 'isNull', 'DEP0050', '`arg === null`'),
  isNullOrUndefined: old(
    (v) => v == null,
    'isNullOrUndefined',
    'DEP0051',
    '`arg === null || arg === undefined`',
  ),
  isNumber: old(isNumber, 'isNumber', 'DEP0052', '`typeof arg === "number"`'),
  isString: old((v) => typeof v === 'string', 'isString', 'DEP0056', '`typeof arg === "string"`'),
  isSymbol: old((v) => typeof v === 'symbol', 'isSymbol', 'DEP0057', '`typeof arg === "symbol"`'),
  isUndefined: old((v) => v === undefined, 'isUndefined', 'DEP0058', '`arg === undefined`'),
  isRegExp: old(types.isRegExp, 'isRegExp', 'DEP0055', '`arg instanceof RegExp`'),
  isObject: old(
    (v) => v !== null && typeof v === 'object',
    'isObject',
    'DEP0053',
    '`arg !== null && typeof arg === "object"`',
  ),
  isDate: old(types.isDate, 'isDate', 'DEP0047', '`arg instanceof Date`'),
  isError: old(isError, 'isError', 'DEP0048', '`arg instanceof Error`'),
  isFunction: old((v) => typeof v === 'function', 'isFunction', 'DEP0049', '`typeof arg === "function"`'),
  isPrimitive: old(
    (v) => v === null || (typeof v !== 'object' && typeof v !== 'function'),
    'isPrimitive',
    'DEP0054',
    '`typeof arg !== "object" && typeof arg !== "function"`',
  ),
  log: old(log, 'log', 'DEP0059', '`console.log()`'),
  promisify,
  stripVTControlCharacters(text) {
    validateString(text, 'str');
    return stripVTControlCharacters(text);
  },
  styleText,
  toUSVString,
  types,
  aborted: (signal, resource) => require('internal/events/abort_controller').aborted(signal, resource),
  transferableAbortController: () =>
    require('internal/events/transferable_abort').transferableAbortController(),
  transferableAbortSignal: (signal) =>
    require('internal/events/transferable_abort').transferableAbortSignal(signal),
};

// Made when first asked for.
for (const [name, id] of [
  ['TextEncoder', 'internal/encoding'],
  ['TextDecoder', 'internal/encoding'],
  ['parseArgs', 'internal/util/parse_args'],
  ['parseEnv', 'internal/util/dotenv'],
  ['MIMEType', 'internal/util/mime'],
  ['MIMEParams', 'internal/util/mime'],
]) {
  defineLazyProperty(module.exports, name, () => require(id)[name]);
}
