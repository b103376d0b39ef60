'use strict';
// util.debuglog(): messages of a section, when NODE_DEBUG names it. The environment is read at the first message.

let tests;

function isWanted(section) {
  if (tests === undefined) {
    const names = (process.env.NODE_DEBUG ?? '').trim();
    tests =
      names === ''
        ? []
        : names.split(',').map((name) => {
            const pattern = name
              .trim()
              .replace(/[|\\{}()[\]^$+?.]/g, '\\$&')
              .replaceAll('*', '.*');
            return new RegExp(`^${pattern}$`, 'i');
          });
  }
  return tests.some((test) => test.test(section));
}

function debuglog(section, onReady) {
  section = `${section}`.toUpperCase();
  let write;
  let wanted;
  const isEnabled = () => (wanted ??= isWanted(section));
  const start = () => {
    if (isEnabled() && (section === 'HTTP' || section === 'HTTP2')) {
      process.emitWarning(
        `Setting the NODE_DEBUG environment variable to '${section.toLowerCase()}' can expose sensitive data ` +
          '(such as passwords, tokens and authentication headers) in the resulting log.',
      );
    }
    write = isEnabled()
      ? (...args) => {
          const { formatWithOptions } = require('internal/util/format');
          const colors = process.stderr?.hasColors?.() ?? false;
          const text = formatWithOptions({ colors }, ...args);
          process.stderr.write(`${section} ${process.pid}: ${text}\n`);
        }
      : () => {};
    if (typeof onReady === 'function') onReady(write);
  };
  const log = (...args) => {
    if (write === undefined) start();
    write(...args);
  };
  Object.defineProperty(log, 'enabled', { get: isEnabled, configurable: true, enumerable: true });
  return log;
}

module.exports = { debuglog, isWanted };
