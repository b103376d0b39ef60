'use strict';
// The parts of error messages that take more than a template: what was expected, what was received.

function inspect(value, options) {
  return require('internal/util/inspect').inspect(value, options);
}

// "an instance of Foo", "type string ('abc')", "function name", "undefined".
function describe(value) {
  if (value == null) return `${value}`;
  if (typeof value === 'function') return `function ${value.name}`;
  if (typeof value === 'object') {
    if (value.constructor?.name) return `an instance of ${value.constructor.name}`;
    return inspect(value, { depth: -1 });
  }
  let text = inspect(value, { colors: false });
  if (text.length > 28) text = `${text.slice(0, 25)}...`;
  return `type ${typeof value} (${text})`;
}

// ['a', 'b', 'c'] -> "a, b, or c".
function formatList(list, word = 'and') {
  if (list.length <= 1) return `${list[0]}`;
  if (list.length === 2) return `${list[0]} ${word} ${list[1]}`;
  return `${list.slice(0, -1).join(', ')}, ${word} ${list[list.length - 1]}`;
}

function separateThousands(digits) {
  let result = '';
  let end = digits.length;
  const start = digits[0] === '-' ? 1 : 0;
  for (; end >= start + 4; end -= 3) result = `_${digits.slice(end - 3, end)}${result}`;
  return `${digits.slice(0, end)}${result}`;
}

const PRIMITIVES = new Set([
  'string',
  'function',
  'number',
  'object',
  'Function',
  'Object',
  'boolean',
  'bigint',
  'symbol',
]);

function oneOf(list) {
  if (list.length > 2) return `one of ${formatList(list, 'or')}`;
  if (list.length === 2) return `one of ${list[0]} or ${list[1]}`;
  return list[0];
}

function invalidArgType(name, expected, actual) {
  if (!Array.isArray(expected)) expected = [expected];
  let message = 'The ';
  if (name.endsWith(' argument')) message += `${name} `;
  else message += `"${name}" ${name.includes('.') ? 'property' : 'argument'} `;
  message += 'must be ';
  const types = [];
  const instances = [];
  const others = [];
  for (const value of expected) {
    if (PRIMITIVES.has(value)) types.push(value.toLowerCase());
    else if (/^([A-Z][a-z0-9]*)+$/.test(value)) instances.push(value);
    else others.push(value);
  }
  // With other classes in the list, "object" is read as the class.
  if (instances.length > 0 && types.includes('object')) {
    types.splice(types.indexOf('object'), 1);
    instances.push('Object');
  }
  const parts = [];
  if (types.length > 0)
    parts.push(`${types.length > 1 ? 'one of type' : 'of type'} ${formatList(types, 'or')}`);
  if (instances.length > 0) parts.push(`an instance of ${formatList(instances, 'or')}`);
  if (others.length > 0) {
    if (others.length > 1) {
      parts.push(oneOf(others));
    } else {
      parts.push(others[0].toLowerCase() !== others[0] ? `an ${others[0]}` : others[0]);
    }
  }
  return `${message}${parts.join(' or ')}. Received ${describe(actual)}`;
}

function outOfRange(name, range, received, replaceDefault = false) {
  let shown;
  if (Number.isInteger(received) && Math.abs(received) > 2 ** 32) {
    shown = separateThousands(String(received));
  } else if (typeof received === 'bigint') {
    shown = String(received);
    if (received > 2n ** 32n || received < -(2n ** 32n)) shown = separateThousands(shown);
    shown += 'n';
  } else {
    shown = inspect(received);
  }
  const start = replaceDefault ? name : `The value of "${name}" is out of range.`;
  return `${start} It must be ${range}. Received ${shown}`;
}

function invalidArgValue(name, value, reason = 'is invalid') {
  let text = inspect(value);
  if (text.length > 128) text = `${text.slice(0, 128)}...`;
  return `The ${name.includes('.') ? 'property' : 'argument'} '${name}' ${reason}. Received ${text}`;
}

function missingArgs(...args) {
  const names = args.map((a) => (Array.isArray(a) ? a.map((x) => `"${x}"`).join(' or ') : `"${a}"`));
  return `The ${formatList(names)} argument${names.length > 1 ? 's' : ''} must be specified`;
}

function invalidReturnValue(input, name, value) {
  return `Expected ${input} to be returned from the "${name}" function but got ${describe(value)}.`;
}

function unhandledError(error = undefined) {
  const start = 'Unhandled error.';
  if (error === undefined) return start;
  this.context = error;
  return `${start} (${error})`;
}

function invalidPackageTarget(path, key, target, isImport = false, base = undefined) {
  const relative = typeof target === 'string' && !isImport && target.length > 0 && !target.startsWith('./');
  const from = base ? ` imported from ${base}` : '';
  const hint = relative ? '; targets must start with "./"' : '';
  if (key === '.') {
    return (
      `Invalid "exports" main target ${JSON.stringify(target)} defined in the package config ` +
      `${path}package.json${from}${hint}`
    );
  }
  return (
    `Invalid "${isImport ? 'imports' : 'exports'}" target ${JSON.stringify(target)} defined for '${key}' ` +
    `in the package config ${path}package.json${from}${hint}`
  );
}

module.exports = {
  inspect,
  describe,
  formatList,
  oneOf,
  invalidArgType,
  outOfRange,
  invalidArgValue,
  missingArgs,
  invalidReturnValue,
  unhandledError,
  invalidPackageTarget,
};
