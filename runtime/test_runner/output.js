'use strict';
// Where the events of a run go: to the runner that started this program, or through reporters to their destinations.
// Node doc: command line, --test-reporter and --test-reporter-destination.

const fs = require('fs');
const options = require('internal/main/options');
const { codes } = require('internal/errors');
const reporters = require('internal/test_runner/reporters');

const kStreams = { __proto__: null, stdout: 1, stderr: 2 };

// Writes at once: a program that exits in the middle of a run has told what it knew.
function writeAll(fd, text) {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) {
    try {
      at += fs.writeSync(fd, bytes, at);
    } catch (error) {
      if (error.code === 'EPIPE') return;
      if (error.code !== 'EAGAIN') throw error;
    }
  }
}

function connectBuiltin(stream, name, fd) {
  const { isatty } = require('tty');
  const terminal = isatty(fd) ? process[fd === 2 ? 'stderr' : 'stdout'] : undefined;
  const colors = process.env.FORCE_COLOR ? process.env.FORCE_COLOR !== '0' : terminal?.hasColors() === true;
  const reporter = reporters[name]({ colors, columns: terminal?.columns });
  let begun = false;
  const begin = () => {
    if (!begun) writeAll(fd, reporter.start());
    begun = true;
  };
  stream.addSink((event) => {
    begin();
    const text = event === null ? reporter.end() : reporter.format(event);
    if (text !== '') writeAll(fd, typeof text === 'string' ? text : text.join(''));
  });
}

// A module whose default export is a generator function, a Transform or a class of one.
async function connectCustom(stream, specifier, fd) {
  const { importDynamic } = require('internal/modules/esm');
  const { pathToFileURL } = require('url');
  const module = await importDynamic(specifier, pathToFileURL(`${process.cwd()}/`).href);
  let reporter = module.default ?? module;
  if (reporter?.prototype && Object.getOwnPropertyDescriptor(reporter.prototype, 'constructor')) {
    reporter = new reporter();
  }
  stream.isRead = true;
  const { compose } = require('stream');
  compose(stream, reporter).on('data', (text) =>
    writeAll(fd, typeof text === 'string' ? text : String(text)),
  );
}

function openDestination(name) {
  return kStreams[name] ?? fs.openSync(name, 'w');
}

function connect(stream) {
  const wire = require('internal/test_runner/wire');
  if (wire.isChild()) {
    wire.connect(stream);
    return;
  }
  const names = [...(options.get('--test-reporter') ?? [])];
  const destinations = [...(options.get('--test-reporter-destination') ?? [])];
  if (names.length === 0 && destinations.length === 0) {
    const terminal = process.env.NODE_TEST_CONTEXT !== 'child' && process.stdout.isTTY;
    names.push(terminal ? 'spec' : 'tap');
  }
  if (names.length === 1 && destinations.length === 0) destinations.push('stdout');
  if (names.length !== destinations.length) {
    throw new codes.ERR_INVALID_ARG_VALUE(
      '--test-reporter',
      names,
      "must match the number of specified '--test-reporter-destination'",
    );
  }
  names.forEach((name, i) => {
    const fd = openDestination(destinations[i]);
    if (name in reporters) connectBuiltin(stream, name, fd);
    else
      connectCustom(stream, name, fd).catch((error) => {
        process.nextTick(() => {
          throw error;
        });
      });
  });
}

module.exports = { connect };
