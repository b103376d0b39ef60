// process.permission (Node doc: permissions). What is asked for is checked where it is done, in C++
// (permission.h).
'use strict';

const binding = internalBinding('permission');
const options = require('internal/main/options');
const { validateString } = require('internal/errors/validators');

const permission = {
  has(scope, reference) {
    validateString(scope, 'scope');
    if (reference != null) validateString(reference, 'reference');
    return binding.has(scope, reference);
  },
};

const kDangerous = ['--allow-addons', '--allow-child-process', '--allow-wasi', '--allow-worker'];
const kPaths = ['--allow-fs-read', '--allow-fs-write'];

function warn() {
  process.emitWarning(
    'Permission is an experimental feature and might change at any time',
    'ExperimentalWarning',
  );
  for (const flag of kDangerous) {
    if (!options.get(flag)) continue;
    const text = `The flag ${flag} must be used with extreme caution. It could invalidate the permission model.`;
    process.emitWarning(text, 'SecurityWarning');
  }
  for (const flag of kPaths) {
    if (!options.get(flag).some((value) => value.includes(','))) continue;
    process.emitWarning(
      `The ${flag} CLI flag has changed. Passing a comma-separated list of paths is no longer valid. ` +
        'Documentation can be found at https://nodejs.org/api/permissions.html#file-system-permissions',
      'Warning',
    );
  }
}

/** Once per thread, where the process is restricted. */
exports.start = function start(isMainThread) {
  process.permission = Object.freeze(permission);
  if (isMainThread) warn();
};
