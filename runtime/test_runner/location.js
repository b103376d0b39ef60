'use strict';
// Where a test was written: the file, line and column of the call that made it.

function locationOf(caller) {
  const { prepareStackTrace, stackTraceLimit } = Error;
  const holder = {};
  try {
    Error.stackTraceLimit = 1;
    Error.prepareStackTrace = (_, frames) => frames;
    Error.captureStackTrace(holder, caller);
    const frame = holder.stack?.[0];
    let file = frame?.getFileName?.() ?? undefined;
    if (file?.startsWith('file:')) file = require('url').fileURLToPath(file);
    return { file, line: frame?.getLineNumber(), column: frame?.getColumnNumber() };
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

module.exports = { locationOf };
