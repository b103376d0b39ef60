'use strict';
// TestsStream: what happens in a run, as objects {type, data} to read and as events of their types.
// Node doc: test runner, "Class: TestsStream".

const { Readable } = require('stream');

class TestsStream extends Readable {
  #sinks = [];
  // Whether somebody reads it as a stream, too.
  isRead = false;

  constructor() {
    super({ objectMode: true, highWaterMark: Number.MAX_SAFE_INTEGER, read() {} });
  }

  // Calls sink(event) for each event and sink(null) at the end, at once: a program that exits has told what it knew.
  addSink(sink) {
    this.#sinks.push(sink);
  }

  send(event) {
    this.emit(event.type, event.data);
    for (const sink of this.#sinks) sink(event);
    if (this.#sinks.length === 0 || this.isRead) this.push(event);
  }

  end() {
    for (const sink of this.#sinks) sink(null);
    this.push(null);
  }
}

module.exports = { TestsStream };
