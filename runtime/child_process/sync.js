'use strict';
// spawnSync, execFileSync, execSync.

const { Buffer } = require('buffer');
const { codes, errnoException } = require('internal/errors');
const { toSignalName, normalizeStdio } = require('internal/child_process/spawn');

function asBytes(input, encoding, name) {
  if (input == null) return undefined;
  if (typeof input === 'string') return Buffer.from(input, encoding === 'buffer' ? undefined : encoding);
  if (ArrayBuffer.isView(input)) return input;
  throw new codes.ERR_INVALID_ARG_TYPE(name, ['Buffer', 'TypedArray', 'DataView', 'string'], input);
}

function runSync(options) {
  const { entries } = normalizeStdio(options.stdio ?? 'pipe', true);
  const input = asBytes(options.input, options.encoding, 'options.stdio[0]');
  if (input !== undefined) entries[0] = { type: 'pipe', input };
  entries.forEach((entry, i) => {
    if (entry.input !== undefined)
      entry.input = asBytes(entry.input, options.encoding, `options.stdio[${i}]`);
  });
  const result = internalBinding('spawn_sync').spawn({ __proto__: null, ...options, stdio: entries });
  if (result.signal !== null) result.signal = toSignalName(result.signal) ?? null;
  if (result.output) {
    result.output = result.output.map((bytes) => {
      if (bytes === null) return null;
      const buffer = Buffer.from(bytes.buffer);
      return options.encoding && options.encoding !== 'buffer' ? buffer.toString(options.encoding) : buffer;
    });
  }
  result.stdout = result.output ? result.output[1] : null;
  result.stderr = result.output ? result.output[2] : null;
  if (result.error) {
    result.error = errnoException(result.error, `spawnSync ${options.file}`);
    result.error.path = options.file;
    result.error.spawnargs = options.args.slice(1);
  }
  return result;
}

// The error of a child that failed, for the forms that throw.
function failure(result, args, command) {
  let { error } = result;
  if (!error && result.status !== 0) {
    let message = `Command failed: ${command ?? args.join(' ')}`;
    if (result.stderr && result.stderr.length > 0) message += `\n${result.stderr.toString()}`;
    error = new Error(message);
  }
  return error && Object.assign(error, result, { error: undefined });
}

module.exports = { runSync, failure };
