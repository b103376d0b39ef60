'use strict';
// The handle under a TLSSocket: what net.Socket expects of a native stream, on top of another such handle. It moves bytes
// between the lower handle and a TlsSession (session.h), which knows nothing of sockets.

const { Buffer } = require('buffer');
const { onRead } = require('internal/net/handles');

const UV_EOF = -4095;
const UV_EPROTO = -71;
const UV_ECANCELED = -125;
const UV_EBADF = -9;

// What TlsSession.handshake() and .status say.
const kDone = 1;
const kGoodbye = 3;
const kFailed = -1;
const kReadSize = 64 * 1024;

const nothing = () => {};

class TLSHandle {
  /**
   * @param {object} lower the handle of the connection
   * @param {import('net').Socket | undefined} wrapped the socket that `lower` belongs to, if any
   */
  constructor(lower, wrapped, secureContext, isServer) {
    const { TlsSession } = internalBinding('tls');
    this.lower = lower;
    this.wrapped = wrapped;
    this.secureContext = secureContext; // the session's callbacks need it
    this.session = new TlsSession(secureContext.context, isServer);
    this.session.onrenegotiate = (step) => {
      if (step === 'done') process.nextTick(() => this.renegotiated());
    };
    this.reading = false;
    this.bytesRead = 0;
    this.bytesWritten = 0;
    this.secure = false;
    this.renegotiating = undefined; // the callback of renegotiate()
    this.started = isServer;
    this.waiting = []; // writes that the handshake holds up
    this.ended = false;
    this.running = false;
    this.again = false;
    this.onhandshakedone = nothing;
    this.onerror = nothing;
    lower.onread = (nread, memory, offset) => this.fromPeer(nread, memory, offset);
  }

  // ---- From the peer

  fromPeer(nread, memory, offset) {
    if (this.session === null) return;
    if (nread > 0) {
      this.session.receive(new Uint8Array(memory, offset, nread));
      this.run();
      return;
    }
    if (nread === UV_EOF) {
      this.run();
      this.deliverEnd();
    } else if (!this.ended) {
      this.ended = true;
      this.deliver(nread);
    }
  }

  deliverEnd() {
    if (this.ended || this.session === null) return;
    this.ended = true;
    this.deliver(UV_EOF);
  }

  deliver(nread, memory, offset) {
    const read = this.onread ?? onRead;
    read.call(this, nread, memory, offset);
  }

  // Goes on as far as what has come allows. What it calls may write, close or come back here.
  run() {
    if (this.running) {
      this.again = true;
      return;
    }
    this.running = true;
    try {
      do {
        this.again = false;
        this.step();
      } while (this.again && this.session !== null);
    } finally {
      this.running = false;
    }
  }

  step() {
    if (!this.started || this.session === null) return;
    if (!this.secure && !this.shakeHands()) return;
    while (this.session !== null) {
      const bytes = this.session.read();
      const { status } = this.session;
      this.flush();
      if (bytes !== undefined) {
        this.bytesRead += bytes.byteLength;
        this.deliver(bytes.byteLength, bytes, 0);
      }
      if (this.session === null) return;
      if (status === kFailed) return this.fail();
      if (status === kGoodbye) return this.deliverEnd();
      if (bytes === undefined || bytes.byteLength < kReadSize) break;
    }
    if (this.waiting.length > 0 && this.session !== null) this.sendWaiting();
  }

  // True when there may be something to read.
  shakeHands() {
    const { session } = this;
    const status = session.handshake();
    this.flush();
    if (this.session === null) return false;
    if (status === kFailed) {
      this.fail();
      return false;
    }
    if (status !== kDone) return false;
    this.secure = true;
    this.onhandshakedone();
    this.sendWaiting();
    return this.session !== null;
  }

  fail() {
    const error = this.session.takeError();
    this.flush();
    this.failWaiting(UV_EPROTO, error?.message);
    this.onerror(error ?? new Error('TLS failed'));
  }

  // ---- To the peer

  start() {
    this.started = true;
    this.run();
    return 0;
  }

  // Gives the lower handle what the session has for the peer; as a write of it.
  flush(req = { oncomplete: nothing }) {
    if (this.session === null) return 0;
    const bytes = this.session.takeEncrypted();
    return bytes === undefined ? 0 : this.lower.writeBuffer(req, new Uint8Array(bytes));
  }

  writeBuffer(req, view) {
    if (this.session === null) return UV_EBADF;
    this.bytesWritten += view.byteLength;
    if (!this.secure || this.waiting.length > 0) {
      this.waiting.push([req, view]);
      // A client that nobody started begins with its first words.
      if (!this.started) this.start();
      return 1;
    }
    const result = this.send(req, view);
    if (result !== 0) return result;
    // As in Node, no write has ended when write() returns.
    finishLater(req, 0);
    return 1;
  }

  send(req, view) {
    const done = this.session.write(view);
    if (done) return this.flush(req);
    if (done === false) {
      this.waiting.push([req, view]);
      this.flush();
      return 1;
    }
    req.error = this.session.takeError()?.message;
    this.flush();
    return UV_EPROTO;
  }

  sendWaiting() {
    const waiting = this.waiting.splice(0);
    for (const [req, view] of waiting) {
      if (this.session === null) {
        finishLater(req, UV_ECANCELED);
        continue;
      }
      if (this.waiting.length > 0) {
        this.waiting.push([req, view]);
        continue;
      }
      const result = this.send(req, view);
      if (result <= 0) finishLater(req, result);
    }
  }

  failWaiting(status, message) {
    for (const [req] of this.waiting.splice(0)) {
      req.error = message;
      finishLater(req, status);
    }
  }

  writeUtf8String(req, text) {
    return this.writeBuffer(req, Buffer.from(text, 'utf8'));
  }

  writeLatin1String(req, text) {
    return this.writeBuffer(req, Buffer.from(text, 'latin1'));
  }

  writev(req, chunks) {
    return this.writeBuffer(req, Buffer.concat(chunks));
  }

  shutdown(req) {
    if (this.session !== null && this.secure) {
      this.session.shutdown();
      this.flush();
    }
    return this.lower.shutdown(req);
  }

  renegotiate(callback) {
    this.session.renegotiate();
    this.renegotiating = callback;
    // Only begins it: from here on reading goes through it, as the peer may still be talking.
    this.session.handshake();
    this.flush();
  }

  renegotiated() {
    const callback = this.renegotiating;
    this.renegotiating = undefined;
    if (this.session !== null) callback?.();
  }

  // ---- The lower handle's

  readStart() {
    return this.lower.readStart();
  }

  readStop() {
    return this.lower.readStop();
  }

  /** What is under TLS, by Node's name for it: got's http2-wrapper asks for its class. */
  get _parentWrap() {
    return this.wrapped ?? this.lower;
  }

  // What lies in the wrapped socket already is the peer's first word.
  receive(bytes) {
    this.fromPeer(bytes.length, bytes.buffer, bytes.byteOffset);
  }

  close(callback) {
    if (this.session === null) return;
    this.session = null;
    this.failWaiting(UV_ECANCELED);
    const { lower, wrapped } = this;
    lower.onread = undefined;
    const done = typeof callback === 'function' ? callback : nothing;
    if (wrapped !== undefined && wrapped._handle === lower) {
      wrapped.once('close', done);
      wrapped.destroy();
    } else if (wrapped !== undefined) {
      setImmediate(done); // its socket has closed it
    } else {
      lower.close(done);
    }
  }

  get writeQueueSize() {
    return this.lower.writeQueueSize ?? 0;
  }

  get fd() {
    return this.lower.fd;
  }

  verifyError() {
    const parts = this.session.verifyError();
    if (parts === null) return undefined;
    const [code, message] = parts;
    return Object.assign(new Error(message), { code });
  }
}

function finishLater(req, status) {
  process.nextTick(() => req.oncomplete(status, req));
}

for (const name of [
  'ref',
  'unref',
  'hasRef',
  'open',
  'bind',
  'bind6',
  'connect',
  'connect6',
  'getsockname',
  'getpeername',
  'setNoDelay',
  'setKeepAlive',
  'setBlocking',
  'getAsyncId',
]) {
  TLSHandle.prototype[name] = function (...args) {
    return this.lower[name]?.(...args);
  };
}

/** A handle around a Duplex: for TLS over something that is no socket of the system. */
class StreamHandle {
  constructor(stream) {
    this.stream = stream;
    this.closed = false;
    this.pending = 0;
    stream.pause();
    stream.on('data', (chunk) => {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      this.onread?.(bytes.length, bytes.buffer, bytes.byteOffset);
    });
    stream.pause();
    stream.once('end', () => this.onread?.(UV_EOF));
    stream.once('close', () => this.onread?.(UV_EOF));
  }

  readStart() {
    this.stream.resume();
    return 0;
  }

  readStop() {
    this.stream.pause();
    return 0;
  }

  writeBuffer(req, view) {
    if (this.closed || this.stream.destroyed) return UV_ECANCELED;
    const size = view.byteLength;
    this.pending += size;
    this.stream.write(Buffer.from(view.buffer, view.byteOffset, size), (error) => {
      this.pending -= size;
      req.oncomplete(error ? UV_EPROTO : 0, req);
    });
    return 1;
  }

  shutdown(req) {
    let called = false;
    const done = () => {
      if (called) return;
      called = true;
      req.oncomplete(0, req);
    };
    if (this.stream.destroyed || this.stream.writableFinished) process.nextTick(done);
    else {
      this.stream.end(done);
      this.stream.once('close', done);
    }
    return 1;
  }

  close(callback) {
    if (this.closed) return;
    this.closed = true;
    if (!this.stream.destroyed) this.stream.destroy();
    setImmediate(callback);
  }

  get writeQueueSize() {
    return this.pending;
  }

  ref() {
    this.stream.ref?.();
  }

  unref() {
    this.stream.unref?.();
  }
}

module.exports = { StreamHandle, TLSHandle };
