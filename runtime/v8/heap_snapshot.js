'use strict';
// Heap snapshots (Node doc: v8, getHeapSnapshot(), writeHeapSnapshot(), setHeapSnapshotNearHeapLimit()).

const binding = internalBinding('heap_snapshot');
const { validateBoolean, validateObject, validateUint32 } = require('internal/errors/validators');

function numericValues(options) {
  if (options === undefined) return false;
  validateObject(options, 'options');
  const { exposeInternals = false, exposeNumericValues = false } = options;
  validateBoolean(exposeInternals, 'options.exposeInternals');
  validateBoolean(exposeNumericValues, 'options.exposeNumericValues');
  return exposeNumericValues;
}

/** A stream of the snapshot's JSON. The snapshot is taken now, so that what the reader does is not in it. */
function getHeapSnapshot(options) {
  return streamOf(binding.takeHeapSnapshot(numericValues(options)));
}

/** The chunks of a snapshot's JSON as a stream. */
function streamOf(chunks) {
  const { Readable } = require('stream');
  const { Buffer } = require('buffer');
  return new Readable({
    read() {
      // All of it is there already.
      for (const chunk of chunks) this.push(Buffer.from(chunk));
      this.push(null);
    },
  });
}

let written = 0;

function writeHeapSnapshot(filename, options) {
  if (filename !== undefined) {
    filename = require('internal/fs/args').toPath(filename);
  }
  const numeric = numericValues(options);
  filename ??= binding.snapshotName(++written);
  internalBinding('permission').need('fs.write', require('path').resolve(`${filename}`));
  binding.writeHeapSnapshot(filename, numeric);
  return filename;
}

let limitSet = false;

function setHeapSnapshotNearHeapLimit(limit) {
  validateUint32(limit, 'limit', true);
  if (limitSet) return;
  limitSet = true;
  binding.setNearHeapLimit(limit);
}

module.exports = {
  getHeapSnapshot,
  numericValues,
  setHeapSnapshotNearHeapLimit,
  streamOf,
  writeHeapSnapshot,
};
