'use strict';
// The controller of a readable stream of any chunks (https://streams.spec.whatwg.org/#rs-default-controller-class).

const SizedQueue = require('internal/stream/web/sized_queue');
const { callSafely, nothing, seal, whenSettled } = require('internal/stream/web/common');
const { checkSize } = require('internal/stream/web/strategies');
const { kReadable } = require('internal/stream/web/readable_inner');

class DefaultControllerInner {
  // `source` is the receiver of the functions { start, pull, cancel }, as the user gave it.
  constructor(stream, face, source, { pull, cancel }, highWaterMark, size) {
    this.face = face;
    this.stream = stream;
    this.source = source;
    this.pull = pull;
    this.cancel = cancel;
    this.size = size;
    this.highWaterMark = highWaterMark;
    this.queue = new SizedQueue(size === undefined);
    this.started = false;
    this.closeRequested = false;
    this.pulling = false;
    this.pullAgain = false;
    this.onPulled = undefined; // made with the first pull
    this.onPullFailed = undefined;
    stream.controller = this;
  }

  start(start) {
    const result = start === undefined ? undefined : Reflect.apply(start, this.source, [this.face]);
    whenSettled(
      result,
      () => {
        this.started = true;
        this.pullIfNeeded();
      },
      (error) => this.fail(error),
    );
  }

  canEnqueue() {
    return !this.closeRequested && this.stream.state === kReadable;
  }

  // null for an errored stream.
  desiredSize() {
    const { stream } = this;
    if (stream.state === kReadable) return this.highWaterMark - this.queue.total;
    return stream.state === 1 ? 0 : null;
  }

  shouldPull() {
    const { stream } = this;
    if (!this.started || this.closeRequested || stream.state !== kReadable) return false;
    if (stream.reader !== undefined && stream.reader.requests.length > 0) return true;
    return this.highWaterMark - this.queue.total > 0;
  }

  pullIfNeeded() {
    if (!this.shouldPull()) return;
    if (this.pulling) {
      this.pullAgain = true;
      return;
    }
    this.pulling = true;
    if (this.onPulled === undefined) {
      this.onPulled = () => {
        this.pulling = false;
        if (!this.pullAgain) return;
        this.pullAgain = false;
        this.pullIfNeeded();
      };
      this.onPullFailed = (error) => this.fail(error);
    }
    whenSettled(callSafely(this.pull, this.source, this.face), this.onPulled, this.onPullFailed);
  }

  enqueue(chunk) {
    const { reader } = this.stream;
    if (reader !== undefined && reader.requests.length > 0) {
      reader.requests.shift().chunk(chunk);
    } else {
      let size = 1;
      if (this.size !== undefined) {
        try {
          size = (0, this.size)(chunk);
          size = checkSize(size);
        } catch (error) {
          this.fail(error);
          throw error;
        }
        // The size function may have closed or errored the stream.
      }
      this.queue.push(chunk, size);
    }
    this.pullIfNeeded();
  }

  close() {
    this.closeRequested = true;
    if (this.queue.length > 0) return;
    this.clearAlgorithms();
    this.stream.close();
  }

  fail(error) {
    if (this.stream.state !== kReadable) return;
    this.queue.clear();
    this.clearAlgorithms();
    this.stream.fail(error);
  }

  // Lets go of what the user's functions hold.
  clearAlgorithms() {
    this.pull = undefined;
    this.cancel = undefined;
    this.size = undefined;
    this.source = undefined;
  }

  cancelSteps(reason) {
    this.queue.clear();
    const { cancel, source } = this;
    const result = callSafely(cancel, source, reason);
    this.clearAlgorithms();
    return result;
  }

  pullSteps(request) {
    const { queue, stream } = this;
    if (queue.length === 0) {
      stream.reader.requests.push(request);
      this.pullIfNeeded();
      return;
    }
    const chunk = queue.shift();
    if (this.closeRequested && queue.length === 0) {
      this.clearAlgorithms();
      stream.close();
    } else {
      this.pullIfNeeded();
    }
    request.chunk(chunk);
  }
}

DefaultControllerInner.prototype.releaseSteps = nothing;

seal(DefaultControllerInner);

module.exports = { DefaultControllerInner };
