'use strict';
// Buffer() and new Buffer() (DEP0005): the program's own code is told, its dependencies are not.

const kMaxChecks = 10000;
let checks = 0;

// The file of the innermost frame that is no builtin module's.
function callerFile() {
  const holder = {};
  const { prepareStackTrace, stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = 16;
    Error.prepareStackTrace = (_, sites) => sites;
    Error.captureStackTrace(holder, callerFile);
    // Called while V8 writes another stack, it writes none as we ask.
    if (!Array.isArray(holder.stack)) return undefined;
    for (const site of holder.stack) {
      const file = site.getFileName();
      if (file && (file.startsWith('/') || file.startsWith('file:'))) return file;
    }
    return undefined;
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** True when there is nothing left to warn of. */
function warnConstructor(Buffer) {
  if (++checks > kMaxChecks) return true;
  const pending = require('internal/main/options').get('--pending-deprecation');
  if (!pending && /[/\\]node_modules[/\\]/i.test(callerFile() ?? '')) return false;
  process.emitWarning(
    'Buffer() is deprecated due to security and usability issues. Please use the Buffer.alloc(), ' +
      'Buffer.allocUnsafe(), or Buffer.from() methods instead.',
    'DeprecationWarning',
    'DEP0005',
    Buffer,
  );
  return true;
}

module.exports = { warnConstructor };
