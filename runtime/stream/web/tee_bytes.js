'use strict';
// tee() of a byte stream (https://streams.spec.whatwg.org/#abstract-opdef-readablebytestreamtee): a branch that is read into a
// buffer of its reader gets the bytes there, the other one a copy.

const { promiseThen } = require('internal/stream/web/common');
const { ReaderInner, acquireReader } = require('internal/stream/web/readable_inner');
const { createReadableBytes } = require('internal/stream/web/readable');
const { Tee } = require('internal/stream/web/tee');

const copyOf = (view) =>
  new Uint8Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));

class ByteTee extends Tee {
  constructor(source) {
    super(source);
    this.again = [false, false];
    this.reader = undefined;
    for (let index = 0; index < 2; index++) {
      const algorithms = {
        __proto__: null,
        pull: () => this.pull(index),
        cancel: (reason) => this.cancelBranch(index, reason),
      };
      this.branches[index] = createReadableBytes(undefined, algorithms);
    }
    this.useReader(acquireReader(source));
  }

  useReader(reader) {
    this.reader = reader;
    promiseThen(reader.closedPromise(), undefined, (error) => {
      if (this.reader === reader) this.failAll(error);
    });
  }

  pull(index) {
    if (this.reading) {
      this.again[index] = true;
      return;
    }
    this.reading = true;
    const request = this.branches[index].controller.getByobRequest();
    if (request === null) this.readAny();
    else this.readInto(request.view, index);
  }

  pullAgain() {
    if (this.again[0]) this.pull(0);
    else if (this.again[1]) this.pull(1);
  }

  // Copying may fail for want of memory: then everything does.
  copyOrFail(view) {
    try {
      return copyOf(view);
    } catch (error) {
      this.forBoth((controller) => controller.fail(error));
      this.cancelDone.resolve(this.source.cancel(error));
      return undefined;
    }
  }

  forBoth(action) {
    for (const branch of this.branches) action(branch.controller);
  }

  readAny() {
    if (this.reader.isByob) {
      this.reader.release();
      this.useReader(acquireReader(this.source));
    }
    this.reader.read({
      chunk: (value) => queueMicrotask(() => this.gotAny(value)),
      close: () => {
        this.reading = false;
        this.forOpen((controller) => controller.close());
        this.forBoth((controller) => {
          if (controller.pendingPullIntos.length > 0) controller.respond(0);
        });
        if (!this.allCancelled) this.cancelDone.resolve();
      },
      fail: () => {
        this.reading = false;
      },
    });
  }

  gotAny(value) {
    this.again = [false, false];
    let second = value;
    if (!this.allCancelled && !this.cancelled[0] && !this.cancelled[1]) {
      second = this.copyOrFail(value);
      if (second === undefined) return;
    }
    this.forOpen((controller, index) => controller.enqueue(index === 0 ? value : second));
    this.reading = false;
    this.pullAgain();
  }

  readInto(view, index) {
    if (!this.reader.isByob) {
      this.reader.release();
      this.useReader(new ReaderInner(this.source, true, undefined));
    }
    this.reader.readInto(view, 1, {
      chunk: (value) => queueMicrotask(() => this.gotInto(value, index)),
      close: (value) => this.closedInto(value, index),
      fail: () => {
        this.reading = false;
      },
    });
  }

  gotInto(value, index) {
    this.again = [false, false];
    const other = 1 - index;
    const mine = this.branches[index].controller;
    if (!this.cancelled[other]) {
      const copy = this.copyOrFail(value);
      if (copy === undefined) return;
      if (!this.cancelled[index]) mine.respondWithView(value);
      this.branches[other].controller.enqueue(copy);
    } else if (!this.cancelled[index]) {
      mine.respondWithView(value);
    }
    this.reading = false;
    this.pullAgain();
  }

  closedInto(value, index) {
    this.reading = false;
    const other = 1 - index;
    const mine = this.branches[index].controller;
    const others = this.branches[other].controller;
    if (!this.cancelled[index]) mine.close();
    if (!this.cancelled[other]) others.close();
    if (value !== undefined) {
      if (!this.cancelled[index]) mine.respondWithView(value);
      if (!this.cancelled[other] && others.pendingPullIntos.length > 0) others.respond(0);
    }
    if (!this.cancelled[index] || !this.cancelled[other]) this.cancelDone.resolve();
  }
}

module.exports = { ByteTee };
