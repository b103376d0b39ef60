'use strict';
// The controller of a readable stream of any chunks (https://streams.spec.whatwg.org/#rs-default-controller-class).

const SizedQueue = require('internal/stream/web/sized_queue');
const { callSafely, nothing } = require('internal/stream/web/common');
const { PullingController } = require('internal/stream/web/pulling_controller');
const { checkSize } = require('internal/stream/web/strategies');
const { kReadable } = require('internal/stream/web/readable_inner');

class DefaultControllerInner extends PullingController {
  constructor(stream, face, source, functions, highWaterMark, size) {
    super(stream, face, source, functions, highWaterMark);
    this.size = size;
    this.queue = new SizedQueue(size === undefined);
  }

  queuedTotal() {
    return this.queue.total;
  }

  canEnqueue() {
    return !this.closeRequested && this.stream.state === kReadable;
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

  clearAlgorithms() {
    super.clearAlgorithms();
    this.size = undefined;
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

module.exports = { DefaultControllerInner };
