'use strict';
// The controller of a readable stream of bytes (https://streams.spec.whatwg.org/#rbs-controller-class): readers may bring their
// own buffer ("BYOB"), which moves to the source and back: a buffer has one owner at a time.

const Ring = require('internal/stream/ring');
const { callSafely, invalidState } = require('internal/stream/web/common');
const { codes } = require('internal/errors');
const { PullingController } = require('internal/stream/web/pulling_controller');
const { kReadable, kClosed } = require('internal/stream/web/readable_inner');
const {
  PullInto,
  Region,
  copyBytes,
  isDetached,
  isPooled,
  transferBuffer,
  typeOfView,
} = require('internal/stream/web/bytes');

class ByteControllerInner extends PullingController {
  constructor(stream, face, source, functions, highWaterMark, autoAllocateChunkSize) {
    super(stream, face, source, functions, highWaterMark);
    this.autoAllocateChunkSize = autoAllocateChunkSize;
    this.makeRequestFace = undefined; // (inner request) => ReadableStreamBYOBRequest, set by the public class
    this.byobRequest = null; // inner request: { controller, view, face }
    this.pendingPullIntos = new Ring();
    this.queue = new Ring(); // of Region
    this.total = 0; // bytes in `queue`
  }

  queuedTotal() {
    return this.total;
  }

  // ---- closing and failing ----

  close() {
    if (this.closeRequested || this.stream.state !== kReadable) return;
    if (this.total > 0) {
      this.closeRequested = true;
      return;
    }
    const first = this.pendingPullIntos.first();
    if (first !== undefined && first.filled % first.elementSize !== 0) {
      const error = invalidState('Insufficient bytes to fill elements in the given buffer');
      this.fail(error);
      throw error;
    }
    this.clearAlgorithms();
    this.stream.close();
  }

  fail(error) {
    if (this.stream.state !== kReadable) return;
    this.invalidateByobRequest();
    this.pendingPullIntos.clear();
    this.resetQueue();
    this.clearAlgorithms();
    this.stream.fail(error);
  }

  resetQueue() {
    this.queue.clear();
    this.total = 0;
  }

  invalidateByobRequest() {
    if (this.byobRequest === null) return;
    this.byobRequest.controller = undefined;
    this.byobRequest.view = null;
    this.byobRequest = null;
  }

  cancelSteps(reason) {
    this.invalidateByobRequest();
    this.pendingPullIntos.clear();
    this.resetQueue();
    const result = callSafely(this.cancel, this.source, reason);
    this.clearAlgorithms();
    return result;
  }

  // A reader went away: what it had lent stays to be filled, for whoever reads next.
  releaseSteps() {
    const first = this.pendingPullIntos.first();
    if (first === undefined) return;
    first.readerType = 'none';
    this.pendingPullIntos.clear();
    this.pendingPullIntos.push(first);
  }

  // ---- bytes in ----

  enqueue(chunk) {
    const { stream } = this;
    if (this.closeRequested || stream.state !== kReadable) return;
    const { byteLength } = chunk;
    if (isDetached(chunk.buffer)) throw invalidState('chunk ArrayBuffer is detached');
    // The pool of small Buffers is everybody's: it must not move.
    const pooled = isPooled(chunk);
    const byteOffset = pooled ? 0 : chunk.byteOffset;
    const buffer = pooled ? new Uint8Array(chunk).buffer : transferBuffer(chunk.buffer);
    const first = this.pendingPullIntos.first();
    if (first !== undefined) {
      if (isDetached(first.buffer)) throw invalidState('Destination ArrayBuffer is detached');
      this.invalidateByobRequest();
      first.buffer = transferBuffer(first.buffer);
      if (first.readerType === 'none') this.enqueueDetachedPullInto(first);
    }
    const { reader } = stream;
    if (reader === undefined) {
      this.push(buffer, byteOffset, byteLength);
    } else if (!reader.isByob) {
      while (reader.requests.length > 0 && this.total > 0) this.fillRequest(reader.requests.shift());
      if (reader.requests.length === 0) {
        this.push(buffer, byteOffset, byteLength);
      } else {
        if (this.pendingPullIntos.length > 0) this.pendingPullIntos.shift();
        reader.requests.shift().chunk(new Uint8Array(buffer, byteOffset, byteLength));
      }
    } else {
      this.push(buffer, byteOffset, byteLength);
      this.fulfilPullIntos();
    }
    this.pullIfNeeded();
  }

  push(buffer, byteOffset, byteLength) {
    this.queue.push(new Region(buffer, byteOffset, byteLength));
    this.total += byteLength;
  }

  // A copy of part of a buffer that stays with someone else.
  pushCopy(buffer, byteOffset, byteLength) {
    let copy;
    try {
      copy = buffer.slice(byteOffset, byteOffset + byteLength);
    } catch (error) {
      this.fail(error);
      throw error;
    }
    this.push(copy, 0, byteLength);
  }

  enqueueDetachedPullInto(descriptor) {
    if (descriptor.filled > 0) this.pushCopy(descriptor.buffer, descriptor.byteOffset, descriptor.filled);
    this.pendingPullIntos.shift();
  }

  // ---- bytes out ----

  fillRequest(request) {
    const region = this.queue.shift();
    this.total -= region.byteLength;
    this.afterDraining();
    request.chunk(new Uint8Array(region.buffer, region.byteOffset, region.byteLength));
  }

  afterDraining() {
    if (this.total === 0 && this.closeRequested) {
      this.clearAlgorithms();
      this.stream.close();
    } else {
      this.pullIfNeeded();
    }
  }

  // A read without a buffer.
  pullSteps(request) {
    if (this.total > 0) {
      this.fillRequest(request);
      return;
    }
    const size = this.autoAllocateChunkSize;
    if (size !== undefined) {
      let buffer;
      try {
        buffer = new ArrayBuffer(size);
      } catch (error) {
        request.fail(error);
        return;
      }
      this.pendingPullIntos.push(new PullInto(buffer, 0, size, 1, 1, Uint8Array, 'default'));
    }
    this.stream.reader.requests.push(request);
    this.pullIfNeeded();
  }

  // A read with a buffer. `min` counts elements.
  pullInto(view, min, request) {
    const { stream } = this;
    const { byteOffset, byteLength } = view;
    const elementSize = view.BYTES_PER_ELEMENT ?? 1;
    let buffer;
    try {
      buffer = transferBuffer(view.buffer);
    } catch (error) {
      request.fail(error);
      return;
    }
    const Type = typeOfView(view);
    const descriptor = new PullInto(
      buffer,
      byteOffset,
      byteLength,
      min * elementSize,
      elementSize,
      Type,
      'byob',
    );
    if (this.pendingPullIntos.length > 0) {
      this.pendingPullIntos.push(descriptor);
      stream.reader.requests.push(request);
      return;
    }
    if (stream.state === kClosed) {
      request.close(new Type(buffer, byteOffset, 0));
      return;
    }
    if (this.total > 0) {
      if (this.fillFromQueue(descriptor)) {
        const filled = descriptor.toView();
        this.afterDraining();
        request.chunk(filled);
        return;
      }
      if (this.closeRequested) {
        const error = invalidState('Insufficient bytes to fill elements in the given buffer');
        this.fail(error);
        request.fail(error);
        return;
      }
    }
    this.pendingPullIntos.push(descriptor);
    stream.reader.requests.push(request);
    this.pullIfNeeded();
  }

  // True when the descriptor has at least what was asked for, in whole elements.
  fillFromQueue(descriptor) {
    const most = Math.min(this.total, descriptor.byteLength - descriptor.filled);
    const reached = descriptor.filled + most;
    const whole = reached - (reached % descriptor.elementSize);
    const ready = whole >= descriptor.minimum;
    let left = ready ? whole - descriptor.filled : most;
    while (left > 0) {
      const head = this.queue.first();
      const taken = Math.min(left, head.byteLength);
      copyBytes(
        descriptor.buffer,
        descriptor.byteOffset + descriptor.filled,
        head.buffer,
        head.byteOffset,
        taken,
      );
      if (head.byteLength === taken) {
        this.queue.shift();
      } else {
        head.byteOffset += taken;
        head.byteLength -= taken;
      }
      this.total -= taken;
      descriptor.filled += taken;
      left -= taken;
    }
    return ready;
  }

  // Serves pending reads from the queue as far as it goes.
  fulfilPullIntos() {
    const ready = [];
    while (this.pendingPullIntos.length > 0 && this.total > 0) {
      const first = this.pendingPullIntos.first();
      if (!this.fillFromQueue(first)) break;
      this.pendingPullIntos.shift();
      ready.push(first);
    }
    for (const descriptor of ready) this.commit(descriptor);
  }

  // Gives a filled buffer to who waits for it.
  commit(descriptor) {
    const { stream } = this;
    const done = stream.state === kClosed;
    const view = descriptor.toView();
    const request = stream.reader.requests.shift();
    if (done) request.close(view);
    else request.chunk(view);
  }

  // ---- the source's answer to byobRequest ----

  getByobRequest() {
    const first = this.pendingPullIntos.first();
    if (this.byobRequest === null && first !== undefined) {
      const { byteOffset, filled, byteLength, buffer } = first;
      const view = new Uint8Array(buffer, byteOffset + filled, byteLength - filled);
      this.byobRequest = { controller: this, view, face: undefined };
      this.byobRequest.face = this.makeRequestFace(this.byobRequest);
    }
    return this.byobRequest;
  }

  respond(bytesWritten) {
    const first = this.pendingPullIntos.first();
    if (this.stream.state === kClosed) {
      if (bytesWritten !== 0) throw invalidState('Controller is closed');
    } else {
      if (bytesWritten === 0)
        throw invalidState('bytesWritten must be greater than zero while the stream is readable');
      if (first.filled + bytesWritten > first.byteLength) {
        throw new codes.ERR_INVALID_ARG_VALUE.RangeError('bytesWritten', bytesWritten);
      }
    }
    first.buffer = transferBuffer(first.buffer);
    this.respondNow(bytesWritten);
  }

  respondWithView(view) {
    const first = this.pendingPullIntos.first();
    if (this.stream.state === kClosed) {
      if (view.byteLength !== 0) throw invalidState('View is not zero-length');
    } else if (view.byteLength === 0) {
      throw invalidState('View is zero-length');
    }
    const invalid = () => new codes.ERR_INVALID_ARG_VALUE.RangeError('view', view);
    if (first.byteOffset + first.filled !== view.byteOffset) throw invalid();
    if (first.bufferByteLength !== view.buffer.byteLength) throw invalid();
    if (first.filled + view.byteLength > first.byteLength) throw invalid();
    const { byteLength } = view;
    first.buffer = transferBuffer(view.buffer);
    this.respondNow(byteLength);
  }

  respondNow(bytesWritten) {
    const first = this.pendingPullIntos.first();
    this.invalidateByobRequest();
    if (this.stream.state === kClosed) this.respondWhenClosed(first);
    else this.respondWhenReadable(bytesWritten, first);
    this.pullIfNeeded();
  }

  respondWhenClosed(first) {
    if (first.readerType === 'none') this.pendingPullIntos.shift();
    const { reader } = this.stream;
    if (!reader?.isByob) return;
    while (reader.requests.length > 0) this.commit(this.pendingPullIntos.shift());
  }

  respondWhenReadable(bytesWritten, first) {
    first.filled += bytesWritten;
    if (first.readerType === 'none') {
      this.enqueueDetachedPullInto(first);
      this.fulfilPullIntos();
      return;
    }
    if (first.filled < first.minimum) return;
    this.pendingPullIntos.shift();
    const rest = first.filled % first.elementSize;
    if (rest > 0) {
      const end = first.byteOffset + first.filled;
      this.pushCopy(first.buffer, end - rest, rest);
      first.filled -= rest;
    }
    this.commit(first);
    this.fulfilPullIntos();
  }
}

module.exports = { ByteControllerInner };
