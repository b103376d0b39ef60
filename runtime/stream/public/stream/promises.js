'use strict';
// node:stream/promises (Node doc: stream, "Streams Promises API").

const { pipelineImpl } = require('internal/stream/pipeline');
const { finished } = require('internal/stream/finished');
const { isIterable, isNodeStream, isWebStream } = require('internal/stream/utils');
require('stream');

function pipeline(...streams) {
  return new Promise((resolve, reject) => {
    let signal;
    let end;
    const last = streams[streams.length - 1];
    const isOptions =
      last && typeof last === 'object' && !isNodeStream(last) && !isIterable(last) && !isWebStream(last);
    if (isOptions) ({ signal, end } = streams.pop());
    pipelineImpl(
      streams,
      (error, value) => {
        if (error) reject(error);
        else resolve(value);
      },
      { signal, end },
    );
  });
}

module.exports = { finished, pipeline };
