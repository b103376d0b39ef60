'use strict';
// The module `node:test/reporters`. Node doc: test runner, "Test reporters".

const { Transform } = require('stream');
const reporters = require('internal/test_runner/reporters');

async function* read(reporter, source) {
  const parts = (text) => [text].flat().filter((part) => part !== '');
  yield* parts(reporter.start());
  for await (const event of source) yield* parts(reporter.format(event));
  yield* parts(reporter.end());
}

class SpecReporter extends Transform {
  #reporter = reporters.spec({ colors: process.stdout.isTTY && process.stdout.hasColors() });

  constructor() {
    super({ writableObjectMode: true });
  }

  _transform(event, encoding, callback) {
    callback(null, this.#reporter.format(event));
  }

  _flush(callback) {
    callback(null, this.#reporter.end());
  }
}

// A class that may be called, too.
function spec() {
  return new SpecReporter();
}
spec.prototype = SpecReporter.prototype;

module.exports = {
  async *dot(source) {
    yield* read(reporters.dot({ columns: process.stdout.columns }), source);
  },
  async *junit(source) {
    yield* read(reporters.junit(), source);
  },
  spec,
  async *tap(source) {
    yield* read(reporters.tap(), source);
  },
};
