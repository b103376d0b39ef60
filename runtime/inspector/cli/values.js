'use strict';
// How the debugger shows values of its target, which it knows by the inspector's descriptions only.

const { inspect } = require('internal/util/inspect');

const kWidth = 72;

const functionName = (description) => /^(?:function\*? )?([^(\s]+)\(/.exec(description)?.[1];

function showFunction({ className = 'Function', description }) {
  const name = functionName(description ?? '');
  return name === undefined ? `[${className}]` : `[${className}: ${name}]`;
}

/** A property in a preview. */
function showProperty({ name, type, subtype, value }, isArray) {
  let text = value;
  if (type === 'string') text = `'${value}'`;
  else if (type === 'function') text = '[Function]';
  else if (type === 'accessor') text = '[Accessor]';
  else if (subtype === 'null') text = 'null';
  return isArray && /^\d+$/.test(name) ? text : `${name}: ${text}`;
}

const showEntry = ({ key, value }) =>
  key === undefined ? showPreview(value) : `${showPreview(key)} => ${showPreview(value)}`;

function wrap([open, close], parts) {
  if (parts.length === 0) return open + close;
  const line = `${open} ${parts.join(', ')} ${close}`;
  return line.length <= kWidth ? line : `${open} ${parts.join(',\n  ')} ${close}`;
}

function showPreview({ type, subtype, description, properties = [], entries, overflow }) {
  if (type === 'function') return showFunction({ description });
  if (type !== 'object' || ['null', 'date', 'regexp', 'error'].includes(subtype)) return `${description}`;
  const isArray = subtype === 'array' || subtype === 'typedarray';
  const parts =
    entries !== undefined
      ? entries.map(showEntry)
      : properties
          .filter(({ name }) => !(subtype && name === 'size'))
          .map((each) => showProperty(each, isArray));
  if (overflow) parts.push('...');
  const body = wrap(isArray ? '[]' : '{}', parts);
  return isArray || description === 'Object' ? body : `${description} ${body}`;
}

class RemoteValue {
  constructor(remote) {
    Object.defineProperty(this, 'remote', { value: remote });
  }

  [inspect.custom](depth, options) {
    const { remote } = this;
    const { type, subtype, value, unserializableValue, description, preview } = remote;
    if (type === 'function') return showFunction(remote);
    if (type === 'undefined') return inspect(undefined, options);
    if (type === 'string') return inspect(value, options);
    if (type !== 'object') return unserializableValue ?? `${description ?? value}`;
    if (subtype === 'null') return inspect(null, options);
    if (subtype === 'date') return inspect(new Date(description), options);
    return preview === undefined ? `${description}` : showPreview(preview);
  }
}

module.exports = { RemoteValue };
