'use strict';
// What the two controllers of readable streams share (https://streams.spec.whatwg.org/#rs-all-abstract-ops): starting the
// source, asking it for more while less is queued than wanted (one call at a time), and letting go of its functions.

const { callSafely, seal, whenSettled } = require('internal/stream/web/common');
const { kReadable, kClosed } = require('internal/stream/web/readable_inner');

// A subclass has queuedTotal(), in the unit of the high-water mark, and fail(error).
class PullingController {
  // `source` is the receiver of the functions { start, pull, cancel }, as the user gave it.
  constructor(stream, face, source, { pull, cancel }, highWaterMark) {
    this.face = face;
    this.stream = stream;
    this.source = source;
    this.pull = pull;
    this.cancel = cancel;
    this.highWaterMark = highWaterMark;
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

  // null for an errored stream.
  desiredSize() {
    const { state } = this.stream;
    if (state === kReadable) return this.highWaterMark - this.queuedTotal();
    return state === kClosed ? 0 : null;
  }

  shouldPull() {
    const { stream } = this;
    if (!this.started || this.closeRequested || stream.state !== kReadable) return false;
    if (stream.reader !== undefined && stream.reader.requests.length > 0) return true;
    return this.highWaterMark - this.queuedTotal() > 0;
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

  // Lets go of what the user's functions hold.
  clearAlgorithms() {
    this.pull = undefined;
    this.cancel = undefined;
    this.source = undefined;
  }
}

seal(PullingController);

module.exports = { PullingController };
