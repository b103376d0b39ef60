'use strict';
// The connection under a session: a socket whose handle the session takes over, or any Duplex made into one.

const net = require('net');
const { onRead } = require('internal/net/handles');
const { kOwner } = require('internal/http2/symbols');

// Bytes that a Duplex has taken may not have been seen by anybody: as with a socket, a writer hears of it in a later turn.
function makeHandle(stream) {
  const { StreamHandle } = require('internal/tls/handle');
  return new (class DuplexHandle extends StreamHandle {
    writeBuffer(req, view) {
      const oncomplete = (status) => setImmediate(() => req.oncomplete(status, req));
      return super.writeBuffer({ oncomplete }, view);
    }
  })(stream);
}

/** A socket with a handle, for a session's use. */
function adoptSocket(socket) {
  if (socket instanceof net.Socket || socket._handle) return socket;
  const adopted = new net.Socket({ handle: makeHandle(socket), manualStart: true });
  adopted.stream = socket;
  socket.on('error', (error) => adopted.destroy(error));
  socket.on('close', () => adopted.destroy());
  return adopted;
}

/** Bytes go between the socket's handle and the session's from now on; the socket hears of its end only. */
function attach(session, socket) {
  const lower = socket._handle;
  socket[kOwner] = session;
  // What belongs together is gathered here: waiting for more would only delay it.
  if (typeof socket.setNoDelay === 'function') socket.setNoDelay(true);
  session.consume(lower);
  lower.reading = true;
  if (typeof lower.writeHead !== 'function') {
    lower.onread = (nread, memory, offset) => {
      if (nread > 0) session.receive(memory, offset, nread);
      else onRead.call(lower, nread);
    };
    lower.readStart();
  }
  // What was read before, once the program has had its turn to listen.
  process.nextTick(() => {
    if (!(socket.readableLength > 0)) return;
    let bytes;
    while ((bytes = socket.read()) !== null) session.receive(bytes.buffer, bytes.byteOffset, bytes.length);
  });
}

module.exports = { adoptSocket, attach };
