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
const { stripVTControlCharacters } = require('internal/util/terminal_text');
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

const isNumber = (value) => typeof value === 'number';

// The names from `_extend` to `log` that Node's documentation calls deprecated (DEP0044 to DEP0060) work without a warning in version 20.
module.exports = {
  _errnoException: (...args) => {
    if (!Number.isSafeInteger(args[0]) || args[0] >= 0) getSystemErrorName(args[0]);
    return errnoException(...args);
  },
  _exceptionWithHostPort: exceptionWithHostPort,
  _extend,
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
  isArray: Array.isArray,
  isBoolean: (v) => typeof v === 'boolean',
  isBuffer: (v) => require('buffer').Buffer.isBuffer(v),
  isDeepStrictEqual: (a, b) => require('internal/util/comparisons').isDeepStrictEqual(a, b),
  isNull: (v) => v === null,
  isNullOrUndefined: (v) => v == null,
  isNumber,
  isString: (v) => typeof v === 'string',
  isSymbol: (v) => typeof v === 'symbol',
  isUndefined: (v) => v === undefined,
  isRegExp: types.isRegExp,
  isObject: (v) => v !== null && typeof v === 'object',
  isDate: types.isDate,
  isError,
  isFunction: (v) => typeof v === 'function',
  isPrimitive: (v) => v === null || (typeof v !== 'object' && typeof v !== 'function'),
  log,
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
