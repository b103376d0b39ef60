'use strict';
// The reporter `tap`: the Test Anything Protocol, version 13, with subtests and YAML blocks.

const { inspect } = require('internal/util/inspect');
const { fromProgram } = require('internal/test_runner/failure');

const indentOf = (nesting) => '    '.repeat(nesting);

const kEscapes = { '\b': '\\b', '\f': '\\f', '\t': '\\t', '\n': '\\n', '\r': '\\r', '\v': '\\v' };
const escape = (text) =>
  String(text)
    .replace(/[\\#]/g, '\\$&')
    .replace(/[\b\f\t\n\r\v]/g, (char) => kEscapes[char]);

function directive(name, value) {
  if (value === undefined) return '';
  return ` # ${name}${typeof value === 'string' && value !== '' ? ` ${escape(value)}` : ''}`;
}

function result(status, { nesting, testNumber, name, skip, todo }) {
  const mark = skip === undefined ? directive('TODO', todo) : directive('SKIP', skip);
  return `${indentOf(nesting)}${status} ${testNumber}${name ? ` - ${escape(name)}` : ''}${mark}\n`;
}

function yaml(indent, name, value) {
  if (value === undefined) return '';
  if (typeof value !== 'string') {
    const text = typeof value === 'object' && value !== null ? inspect(value) : String(value);
    if (!text.includes('\n')) return `${indent}  ${name}: ${text}\n`;
    value = text;
  }
  if (!value.includes('\n')) return `${indent}  ${name}: '${value.replace(/'/g, "''")}'\n`;
  return `${indent}  ${name}: |-\n${value.replace(/^/gm, `${indent}    `)}\n`;
}

const isAssertion = (error) =>
  error !== null &&
  typeof error === 'object' &&
  'expected' in error &&
  'actual' in error &&
  'operator' in error;

function describeError(indent, failure) {
  const { failureType, cause } = failure;
  const error = fromProgram.has(failureType) && cause !== undefined ? cause : failure;
  const isObject = typeof error === 'object' && error !== null;
  let text = yaml(indent, 'failureType', failureType);
  text += yaml(indent, 'error', isObject ? (error.message ?? '<unknown error>') : inspect(error));
  text += yaml(indent, 'code', error?.code ?? failure.code);
  if (isObject && error.name && error.name !== 'Error') text += yaml(indent, 'name', error.name);
  if (isAssertion(error)) {
    for (const key of ['expected', 'actual', 'operator'])
      text += yaml(indent, key, error[key] ?? String(error[key]));
  }
  if (isObject && error !== failure) {
    const frames = String(error.stack ?? '').match(/^\s+at .*/gm) ?? [];
    if (frames.length > 0) {
      const lines = frames.map((frame) => `${indent}    ${frame.replace(/^\s+at /, '')}`);
      text += `${indent}  stack: |-\n${lines.join('\n')}\n`;
    }
  }
  return text;
}

function details({ nesting, details: { duration_ms: duration, type, error }, file, line, column }) {
  const indent = indentOf(nesting);
  let text = `${indent}  ---\n${yaml(indent, 'duration_ms', duration)}${yaml(indent, 'type', type)}`;
  if (error) {
    if (file) text += yaml(indent, 'location', `${file}:${line}:${column}`);
    text += describeError(indent, error);
  }
  return `${text}${indent}  ...\n`;
}

const formats = {
  __proto__: null,
  'test:fail': (data) => [result('not ok', data), details(data)],
  'test:pass': (data) => [result('ok', data), details(data)],
  'test:plan': ({ nesting, count }) => `${indentOf(nesting)}1..${count}\n`,
  'test:start': ({ nesting, name }) => `${indentOf(nesting)}# Subtest: ${escape(name)}\n`,
  'test:diagnostic': ({ nesting, message }) => `${indentOf(nesting)}# ${escape(message)}\n`,
  'test:stdout': comment,
  'test:stderr': comment,
};

function comment({ message }) {
  return message.replace(/\n$/, '').replace(/^.*$/gm, (line) => `# ${escape(line)}`) + '\n';
}

function makeTap() {
  return {
    start: () => 'TAP version 13\n',
    format: ({ type, data }) => formats[type]?.(data) ?? '',
    end: () => '',
  };
}

module.exports = makeTap;
