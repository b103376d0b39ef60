'use strict';
// Events from a test file's process to the runner that started it: lines of JSON on a pipe of its own, so that what the
// tests themselves write stays theirs. NODE_TEST_CONTEXT says which process may use the pipe: its own children may not.

const fs = require('fs');

const kPipe = 3;
const kContext = 'parley:';
const kMaxDepth = 8;

const makeContext = () => `${kContext}${process.pid}`;
const isChild = () => process.env.NODE_TEST_CONTEXT === `${kContext}${process.ppid}`;

function encodeError(error, depth = 0) {
  if (typeof error !== 'object' || error === null) {
    const { inspect } = require('internal/util/inspect');
    return typeof error === 'string' ? { text: error } : { primitive: inspect(error) };
  }
  const { name, message, stack, code, failureType } = error;
  const fields = { name, message, stack, code, failureType };
  for (const key of ['expected', 'actual', 'operator', 'generatedMessage']) {
    if (key in error) fields[key] = plain(error[key]);
  }
  if (error.cause !== undefined && depth < kMaxDepth) fields.cause = encodeError(error.cause, depth + 1);
  return fields;
}

// What JSON keeps, else how it looks.
function plain(value) {
  if (value === null || ['string', 'boolean', 'undefined'].includes(typeof value)) return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  return { looks: require('internal/util/inspect').inspect(value) };
}

// Shows as it did where it came from.
class Looks {
  constructor(text) {
    this.text = text;
  }
  [Symbol.for('nodejs.util.inspect.custom')]() {
    return this.text;
  }
  toString() {
    return this.text;
  }
}

const revive = (value) => (value?.looks === undefined ? value : new Looks(value.looks));

function decodeError(fields) {
  if (fields.text !== undefined) return fields.text;
  if (fields.primitive !== undefined) return new Looks(fields.primitive);
  const error = new Error(fields.message);
  const hidden = (key, value) =>
    Object.defineProperty(error, key, { value, writable: true, configurable: true, enumerable: false });
  hidden('stack', fields.stack);
  if (fields.name !== undefined && fields.name !== 'Error') hidden('name', fields.name);
  for (const key of ['code', 'failureType', 'generatedMessage', 'operator']) {
    if (fields[key] !== undefined) error[key] = fields[key];
  }
  for (const key of ['expected', 'actual']) if (key in fields) error[key] = revive(fields[key]);
  if (fields.cause !== undefined) error.cause = decodeError(fields.cause);
  return error;
}

function connect(stream) {
  stream.addSink((sent) => {
    if (sent === null) return;
    const { type, data } = sent;
    const event = { type, data: { ...data } };
    if (data.details?.error) event.data.details = { ...data.details, error: encodeError(data.details.error) };
    const bytes = Buffer.from(`${JSON.stringify(event)}\n`);
    for (let at = 0; at < bytes.length;) {
      try {
        at += fs.writeSync(kPipe, bytes, at);
      } catch (error) {
        if (error.code !== 'EAGAIN') return;
      }
    }
  });
}

function parse(line) {
  const event = JSON.parse(line);
  if (event.data.details?.error) event.data.details.error = decodeError(event.data.details.error);
  Object.setPrototypeOf(event.data, null);
  return event;
}

module.exports = { connect, isChild, kPipe, makeContext, parse };
