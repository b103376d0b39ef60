'use strict';
// tee() (https://streams.spec.whatwg.org/#abstract-opdef-readablestreamtee): two streams of the same chunks, pulled at the pace of
// the faster one. Byte streams are in tee_bytes.js.

const { Deferred, promiseThen } = require('internal/stream/web/common');
const { acquireReader } = require('internal/stream/web/readable_inner');
const { ByteControllerInner } = require('internal/stream/web/byte_controller');
const { createReadable } = require('internal/stream/web/readable');

// What both kinds of tee share: cancelling needs both branches, and an error of the source reaches both.
class Tee {
  constructor(source) {
    this.source = source;
    this.reading = false;
    this.cancelled = [false, false];
    this.reasons = [undefined, undefined];
    this.branches = [undefined, undefined];
    this.cancelDone = new Deferred();
  }

  get allCancelled() {
    return this.cancelled[0] && this.cancelled[1];
  }

  cancelBranch(index, reason) {
    this.cancelled[index] = true;
    this.reasons[index] = reason;
    if (this.allCancelled) this.cancelDone.resolve(this.source.cancel([...this.reasons]));
    return this.cancelDone.promise;
  }

  // For each branch that still wants to know.
  forOpen(action) {
    for (let index = 0; index < 2; index++) {
      if (!this.cancelled[index]) action(this.branches[index].controller, index);
    }
  }

  failAll(error) {
    for (const branch of this.branches) branch.controller.fail(error);
    if (!this.allCancelled) this.cancelDone.resolve();
  }
}

class DefaultTee extends Tee {
  constructor(source) {
    super(source);
    this.readAgain = false;
    this.reader = acquireReader(source);
    for (let index = 0; index < 2; index++) {
      const algorithms = {
        __proto__: null,
        pull: () => this.pull(),
        cancel: (reason) => this.cancelBranch(index, reason),
      };
      this.branches[index] = createReadable(undefined, algorithms, 1, undefined);
    }
    promiseThen(this.reader.closedPromise(), undefined, (error) => this.failAll(error));
  }

  pull() {
    if (this.reading) {
      this.readAgain = true;
      return;
    }
    this.reading = true;
    this.reader.read(this);
  }

  // A microtask later, so that an error of the source that follows at once is seen by both branches in the same way.
  chunk(value) {
    queueMicrotask(() => {
      this.readAgain = false;
      this.forOpen((controller) => controller.enqueue(value));
      this.reading = false;
      if (this.readAgain) this.pull();
    });
  }

  close() {
    this.reading = false;
    this.forOpen((controller) => {
      if (controller.canEnqueue()) controller.close();
    });
    if (!this.allCancelled) this.cancelDone.resolve();
  }

  fail() {
    this.reading = false;
  }
}

module.exports = function tee(source) {
  let made;
  if (source.controller instanceof ByteControllerInner) {
    const { ByteTee } = require('internal/stream/web/tee_bytes');
    made = new ByteTee(source);
  } else {
    made = new DefaultTee(source);
  }
  return made.branches.map((branch) => branch.face);
};
module.exports.Tee = Tee;
