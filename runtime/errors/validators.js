'use strict';
// Argument checks that throw Node's errors. Each takes the value first and the argument's name second.

const { codes } = require('internal/errors');

const isInt32 = (value) => value === (value | 0);
const isUint32 = (value) => value === value >>> 0;

const OCTAL = /^[0-7]+$/;
// File modes: a number, or its octal digits as a string.
function parseFileMode(value, name, otherwise) {
  value ??= otherwise;
  if (typeof value === 'string') {
    if (!OCTAL.test(value)) {
      throw new codes.ERR_INVALID_ARG_VALUE(
        name,
        value,
        'must be a 32-bit unsigned integer or an octal string',
      );
    }
    value = Number.parseInt(value, 8);
  }
  validateUint32(value, name);
  return value;
}

function validateInteger(value, name, min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER) {
  if (typeof value !== 'number') throw new codes.ERR_INVALID_ARG_TYPE(name, 'number', value);
  if (!Number.isInteger(value)) throw new codes.ERR_OUT_OF_RANGE(name, 'an integer', value);
  if (value < min || value > max) throw new codes.ERR_OUT_OF_RANGE(name, `>= ${min} && <= ${max}`, value);
}

function validateInt32(value, name, min = -2147483648, max = 2147483647) {
  validateInteger(value, name, min, max);
}

function validateUint32(value, name, positive = false) {
  if (typeof value !== 'number') throw new codes.ERR_INVALID_ARG_TYPE(name, 'number', value);
  if (!Number.isInteger(value)) throw new codes.ERR_OUT_OF_RANGE(name, 'an integer', value);
  const min = positive ? 1 : 0;
  if (value < min || value > 4294967295) {
    throw new codes.ERR_OUT_OF_RANGE(name, `>= ${min} && <= 4294967295`, value);
  }
}

function validateString(value, name) {
  if (typeof value !== 'string') throw new codes.ERR_INVALID_ARG_TYPE(name, 'string', value);
}

function validateNumber(value, name, min = undefined, max = undefined) {
  if (typeof value !== 'number') throw new codes.ERR_INVALID_ARG_TYPE(name, 'number', value);
  const bounded = min != null || max != null;
  if ((min != null && value < min) || (max != null && value > max) || (bounded && Number.isNaN(value))) {
    const low = min != null ? `>= ${min}` : '';
    const high = max != null ? `<= ${max}` : '';
    throw new codes.ERR_OUT_OF_RANGE(name, `${low}${low && high ? ' && ' : ''}${high}`, value);
  }
}

function validateOneOf(value, name, allowed) {
  if (allowed.includes(value)) return;
  const list = allowed.map((v) => (typeof v === 'string' ? `'${v}'` : String(v))).join(', ');
  throw new codes.ERR_INVALID_ARG_VALUE(name, value, `must be one of: ${list}`);
}

function validateBoolean(value, name) {
  if (typeof value !== 'boolean') throw new codes.ERR_INVALID_ARG_TYPE(name, 'boolean', value);
}

const kValidateObjectNone = 0;
const kValidateObjectAllowNullable = 1;
const kValidateObjectAllowArray = 2;
const kValidateObjectAllowFunction = 4;
const kValidateObjectAllowObjects = kValidateObjectAllowArray | kValidateObjectAllowFunction;
const kValidateObjectAllowObjectsAndNull = kValidateObjectAllowObjects | kValidateObjectAllowNullable;

// `options`: the flags above, or {nullable, allowArray, allowFunction}.
function validateObject(value, name, options = kValidateObjectNone) {
  let flags = options;
  if (options !== null && typeof options === 'object') {
    flags =
      (options.nullable ? kValidateObjectAllowNullable : 0) |
      (options.allowArray ? kValidateObjectAllowArray : 0) |
      (options.allowFunction ? kValidateObjectAllowFunction : 0);
  }
  const wrong =
    value === null
      ? !(flags & kValidateObjectAllowNullable)
      : Array.isArray(value)
        ? !(flags & kValidateObjectAllowArray)
        : typeof value !== 'object' && !(flags & kValidateObjectAllowFunction && typeof value === 'function');
  if (wrong) throw new codes.ERR_INVALID_ARG_TYPE(name, 'Object', value);
}

function validateDictionary(value, name) {
  if (value != null && typeof value !== 'object' && typeof value !== 'function') {
    throw new codes.ERR_INVALID_ARG_TYPE(name, 'a dictionary', value);
  }
}

function validateArray(value, name, minLength = 0) {
  if (!Array.isArray(value)) throw new codes.ERR_INVALID_ARG_TYPE(name, 'Array', value);
  if (value.length < minLength) {
    throw new codes.ERR_INVALID_ARG_VALUE(name, value, `must be longer than ${minLength}`);
  }
}

function arrayOf(validate) {
  return (value, name) => {
    validateArray(value, name);
    for (let i = 0; i < value.length; i++) validate(value[i], `${name}[${i}]`);
  };
}
const validateStringArray = arrayOf(validateString);
const validateBooleanArray = arrayOf(validateBoolean);
const validateAbortSignalArray = arrayOf((value, name) => {
  if (value == null) throw new codes.ERR_INVALID_ARG_TYPE(name, 'AbortSignal', value);
  validateAbortSignal(value, name);
});

function validateSignalName(signal, name = 'signal') {
  validateString(signal, name);
  const { signals } = internalBinding('constants').os;
  if (signals[signal] === undefined) {
    if (signals[signal.toUpperCase()] !== undefined) {
      throw new codes.ERR_UNKNOWN_SIGNAL(`${signal} (signals must use all capital letters)`);
    }
    throw new codes.ERR_UNKNOWN_SIGNAL(signal);
  }
}

function validateBuffer(value, name = 'buffer') {
  if (!ArrayBuffer.isView(value)) {
    throw new codes.ERR_INVALID_ARG_TYPE(name, ['Buffer', 'TypedArray', 'DataView'], value);
  }
}

function validateEncoding(data, encoding) {
  if (String(encoding).toLowerCase() === 'hex' && data.length % 2 !== 0) {
    throw new codes.ERR_INVALID_ARG_VALUE(
      'encoding',
      encoding,
      `is invalid for data of length ${data.length}`,
    );
  }
}

// Ports may come as numbers or as numeric strings; the result is a number.
function validatePort(port, name = 'Port', allowZero = true) {
  if (
    (typeof port !== 'number' && typeof port !== 'string') ||
    (typeof port === 'string' && port.trim().length === 0) ||
    +port !== +port >>> 0 ||
    +port > 0xffff ||
    (+port === 0 && !allowZero)
  ) {
    throw new codes.ERR_SOCKET_BAD_PORT(name, port, allowZero);
  }
  return +port;
}

function validateAbortSignal(signal, name) {
  if (signal !== undefined && (signal === null || typeof signal !== 'object' || !('aborted' in signal))) {
    throw new codes.ERR_INVALID_ARG_TYPE(name, 'AbortSignal', signal);
  }
}

function validateFunction(value, name) {
  if (typeof value !== 'function') throw new codes.ERR_INVALID_ARG_TYPE(name, 'Function', value);
}

function validatePlainFunction(value, name) {
  validateFunction(value, name);
  if (require('internal/util/types').isAsyncFunction(value)) {
    throw new codes.ERR_INVALID_ARG_TYPE(name, 'Function', value);
  }
}

function validateUndefined(value, name) {
  if (value !== undefined) throw new codes.ERR_INVALID_ARG_TYPE(name, 'undefined', value);
}

function validateUnion(value, name, union) {
  if (!union.includes(value)) throw new codes.ERR_INVALID_ARG_TYPE(name, `('${union.join('|')}')`, value);
}

const LINK_VALUE = /^(?:<[^>]*>)(?:\s*;\s*[^;"\s]+(?:=(")?[^;"\s]*\1)?)*$/;
function validateLinkHeaderFormat(value, name) {
  if (value === undefined || !LINK_VALUE.test(value)) {
    throw new codes.ERR_INVALID_ARG_VALUE(
      name,
      value,
      'must be an array or string of format "</styles.css>; rel=preload; as=style"',
    );
  }
}

function validateLinkHeaderValue(hints) {
  if (typeof hints === 'string') {
    validateLinkHeaderFormat(hints, 'hints');
    return hints;
  }
  if (Array.isArray(hints)) {
    for (const hint of hints) validateLinkHeaderFormat(hint, 'hints');
    return hints.join(', ');
  }
  throw new codes.ERR_INVALID_ARG_VALUE(
    'hints',
    hints,
    'must be an array or string of format "</styles.css>; rel=preload; as=style"',
  );
}

// A value of `this` that must have been made by `check`'s class.
function validateThisInternalField(object, field, className) {
  if (typeof object !== 'object' || object === null || !Object.hasOwn(object, field)) {
    throw new codes.ERR_INVALID_THIS(className);
  }
}

const checkRangesOrGetDefault = (number, name, low, high, otherwise) => {
  if (number === undefined || Number.isNaN(number)) return otherwise;
  if (typeof number !== 'number') throw new codes.ERR_INVALID_ARG_TYPE(name, 'number', number);
  if (!Number.isFinite(number)) throw new codes.ERR_OUT_OF_RANGE(name, 'a finite number', number);
  if (number < low || number > high) {
    throw new codes.ERR_OUT_OF_RANGE(name, `>= ${low} and <= ${high}`, number);
  }
  return number;
};

module.exports = {
  checkRangesOrGetDefault,
  isInt32,
  isUint32,
  kValidateObjectAllowArray,
  kValidateObjectAllowFunction,
  kValidateObjectAllowNullable,
  kValidateObjectAllowObjects,
  kValidateObjectAllowObjectsAndNull,
  kValidateObjectNone,
  parseFileMode,
  validateAbortSignal,
  validateAbortSignalArray,
  validateArray,
  validateBoolean,
  validateBooleanArray,
  validateBuffer,
  validateDictionary,
  validateEncoding,
  validateFunction,
  validateInt32,
  validateInteger,
  validateLinkHeaderValue,
  validateNumber,
  validateObject,
  validateOneOf,
  validatePlainFunction,
  validatePort,
  validateSignalName,
  validateString,
  validateStringArray,
  validateThisInternalField,
  validateUint32,
  validateUndefined,
  validateUnion,
};
