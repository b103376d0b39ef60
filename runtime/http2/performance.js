'use strict';
// The entries 'http2' of the performance timeline (Node doc: perf_hooks, "HTTP/2 (detail)").

const { createOldStyleEntry } = require('internal/perf_hooks/entries');
const { enqueue } = require('internal/perf_hooks/observer');
const { constants } = require('internal/http2/constants');
const { kType } = require('internal/http2/symbols');

const now = () => require('internal/perf_hooks/clock').now();

function ofSession(session, handle, state) {
  const [pingRTT, framesReceived, framesSent, streamCount, maxConcurrentStreams, bytesWritten, bytesRead] =
    handle.getCounters();
  const server = session[kType] === constants.NGHTTP2_SESSION_SERVER;
  const detail = {
    type: server ? 'server' : 'client',
    pingRTT,
    framesReceived,
    framesSent,
    streamCount,
    streamAverageDuration: state.streamsDone > 0 ? state.streamTime / state.streamsDone : 0,
    maxConcurrentStreams,
    bytesWritten,
    bytesRead,
  };
  enqueue(createOldStyleEntry('Http2Session', 'http2', state.start, now() - state.start, detail));
}

function ofStream(stream, handle, sessionState) {
  const [start, firstHeader, firstByte, firstSent, bytesWritten, bytesRead] = handle.getCounters();
  const duration = Number(process.hrtime.bigint()) / 1e6 - start;
  sessionState.streamTime += duration;
  sessionState.streamsDone++;
  const since = (time) => (time > 0 ? time - start : 0);
  const detail = {
    id: stream.id,
    bytesRead,
    bytesWritten,
    timeToFirstHeader: since(firstHeader),
    timeToFirstByte: since(firstByte),
    timeToFirstByteSent: since(firstSent),
  };
  enqueue(createOldStyleEntry('Http2Stream', 'http2', now() - duration, duration, detail));
}

module.exports = { ofSession, ofStream };
