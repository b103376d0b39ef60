'use strict';
// Web streams in transfer lists (https://streams.spec.whatwg.org/#transferrable-streams): the stream stays where it is and is
// piped into a channel; the other end of the channel is the source or the sink of the stream that the receiver gets.
//
// What goes over the channel: { type: 'pull' } from the reader, { type: 'chunk' or 'error', value } and { type: 'close' }
// from the writer; an error from the reader is a cancel.

const { DOMException } = require('internal/errors/dom_exception');
const { Deferred, markHandled } = require('internal/stream/web/common');
const { createReadable } = require('internal/stream/web/readable');
const { createWritable } = require('internal/stream/web/writable');
const { pipeTo } = require('internal/stream/web/pipe');
const { kDeserialize } = require('internal/messaging/transferable');

const plainPipe = { preventClose: false, preventAbort: false, preventCancel: false, signal: undefined };
const broken = (what) => new DOMException(`Internal transferred ${what} state error`, 'DataCloneError');

// What postMessage() could not send is told to the other side, and thrown here.
function post(port, type, value) {
  try {
    port.postMessage({ type, value });
  } catch (error) {
    sendError(port, error);
    throw error;
  }
}

// An error that cannot be cloned is told of by one that can.
function sendError(port, error) {
  try {
    port.postMessage({ type: 'error', value: error });
  } catch (failure) {
    port.postMessage({ type: 'error', value: failure });
  }
}

// "SetUpCrossRealmTransformReadable"
class PortSource {
  constructor(port) {
    this.port = port;
    this.inner = undefined; // the stream
  }
  start() {
    const { port } = this;
    port.onmessage = ({ data }) => {
      const { controller } = this.inner;
      if (data.type === 'chunk') {
        if (controller.canEnqueue()) controller.enqueue(data.value);
        return;
      }
      if (data.type === 'close' && controller.canEnqueue()) controller.close();
      if (data.type === 'error') controller.fail(data.value);
      port.close();
    };
    port.onmessageerror = () => {
      const error = broken('ReadableStream');
      sendError(port, error);
      this.inner.controller.fail(error);
      port.close();
    };
    // The other side's thread has ended, or its program closed the port.
    port.once('close', () => {
      const { controller } = this.inner;
      if (controller.canEnqueue()) controller.fail(broken('ReadableStream'));
    });
  }
  pull() {
    this.port.postMessage({ type: 'pull' });
  }
  cancel(reason) {
    try {
      post(this.port, 'error', reason);
    } finally {
      this.port.close();
    }
  }
}

// "SetUpCrossRealmTransformWritable"
class PortSink {
  constructor(port) {
    this.port = port;
    this.inner = undefined; // the stream
    this.demand = new Deferred(); // until the other side asks for more
    this.closed = false;
  }
  start() {
    const { port } = this;
    port.onmessage = ({ data }) => {
      if (data.type === 'error') this.fail(data.value);
      else if (data.type === 'pull') this.demand.resolve();
    };
    port.onmessageerror = () => {
      const error = broken('WritableStream');
      sendError(port, error);
      this.fail(error);
      port.close();
    };
    port.once('close', () => {
      if (!this.closed) this.fail(broken('WritableStream'));
    });
  }
  fail(error) {
    this.inner.controller.failIfNeeded(error);
    this.demand.resolve();
  }
  async write(chunk) {
    await this.demand.promise;
    this.demand = new Deferred();
    try {
      post(this.port, 'chunk', chunk);
    } catch (error) {
      this.end();
      throw error;
    }
  }
  close() {
    this.port.postMessage({ type: 'close' });
    this.end();
  }
  abort(reason) {
    try {
      post(this.port, 'error', reason);
    } finally {
      this.end();
    }
  }
  end() {
    this.closed = true;
    this.port.close();
  }
}

const sourceAlgorithms = {
  __proto__: null,
  start: PortSource.prototype.start,
  pull: PortSource.prototype.pull,
  cancel: PortSource.prototype.cancel,
};
const sinkAlgorithms = {
  __proto__: null,
  start: PortSink.prototype.start,
  write: PortSink.prototype.write,
  close: PortSink.prototype.close,
  abort: PortSink.prototype.abort,
};

function readableOf(port) {
  const source = new PortSource(port);
  const readable = createReadable(source, sourceAlgorithms, 0, undefined);
  source.inner = readable;
  return readable;
}

function writableOf(port) {
  const sink = new PortSink(port);
  const writable = createWritable(sink, sinkAlgorithms, 1, undefined);
  sink.inner = writable;
  return writable;
}

// ---- this side

const channels = new WeakMap(); // of a stream that is about to be transferred

/** [kTransferList]() of a stream with that many sides. */
function makePorts(face, sides) {
  const { MessageChannel } = require('internal/messaging');
  const made = Array.from({ length: sides }, () => new MessageChannel());
  channels.set(face, made);
  return made.map(({ port2 }) => port2);
}

function takeChannels(face, ...sides) {
  const made = channels.get(face);
  channels.delete(face);
  if (sides.some((side) => side.locked)) {
    for (const { port1 } of made) port1.close();
    throw new DOMException(`Cannot transfer a locked ${face.constructor.name}`, 'DataCloneError');
  }
  return made;
}

const sendReadable = (stream, { port1 }) => markHandled(pipeTo(stream, writableOf(port1), plainPipe));
const sendWritable = (stream, { port1 }) => markHandled(pipeTo(readableOf(port1), stream, plainPipe));

function transferReadable(face, stream) {
  const [channel] = takeChannels(face, stream);
  sendReadable(stream, channel);
  return { data: channel.port2, deserializeInfo: 'internal/stream/web/transfer:TransferredReadable' };
}

function transferWritable(face, stream) {
  const [channel] = takeChannels(face, stream);
  sendWritable(stream, channel);
  return { data: channel.port2, deserializeInfo: 'internal/stream/web/transfer:TransferredWritable' };
}

function transferTransform(face, readable, writable) {
  const made = takeChannels(face, readable, writable);
  sendReadable(readable, made[0]);
  sendWritable(writable, made[1]);
  const data = made.map(({ port2 }) => port2);
  return { data, deserializeInfo: 'internal/stream/web/transfer:TransferredTransform' };
}

// ---- the other side

const TransferredReadable = { [kDeserialize]: (port) => readableOf(port).face };
const TransferredWritable = { [kDeserialize]: (port) => writableOf(port).face };
const TransferredTransform = {
  [kDeserialize]([readable, writable]) {
    const { joinSides } = require('internal/stream/web/transform');
    return joinSides(readableOf(readable), writableOf(writable));
  },
};

module.exports = {
  TransferredReadable,
  TransferredTransform,
  TransferredWritable,
  makePorts,
  transferReadable,
  transferTransform,
  transferWritable,
};
