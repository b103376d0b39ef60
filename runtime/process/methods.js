// Methods of `process` that few programs call (Node doc: process).
'use strict';

const binding = internalBinding('process');
const { codes, errnoException } = require('internal/errors');
const {
  validateString,
  validateUint32,
  validateObject,
  validateArray,
} = require('internal/errors/validators');

function parseMode(value) {
  if (typeof value === 'string') {
    if (!/^[0-7]+$/.test(value)) {
      throw new codes.ERR_INVALID_ARG_VALUE(
        'mask',
        value,
        'must be a 32-bit unsigned integer or an octal string',
      );
    }
    return parseInt(value, 8);
  }
  validateUint32(value, 'mask');
  return value;
}

function umask(mask) {
  return binding.umask(mask === undefined ? undefined : parseMode(mask));
}

function kill(pid, signal) {
  // `==`: numbers in strings are as good, as in Node.
  // eslint-disable-next-line eqeqeq
  if (pid != (pid | 0)) throw new codes.ERR_INVALID_ARG_TYPE('pid', 'number', pid);
  let number;
  if (typeof signal === 'number') {
    number = signal;
  } else {
    const { signals } = require('internal/process/signals');
    number = signals[signal || 'SIGTERM'];
    if (number === undefined) throw new codes.ERR_UNKNOWN_SIGNAL(signal);
  }
  const error = process._kill(pid | 0, number);
  if (error) throw errnoException(error, 'kill');
  return true;
}

function cpuUsage(previous) {
  const [user, system] = binding.resourceUsage();
  if (previous === undefined) return { user, system };
  validateObject(previous, 'prevValue');
  for (const name of ['user', 'system']) {
    const value = previous[name];
    if (typeof value !== 'number') throw new codes.ERR_INVALID_ARG_TYPE(`prevValue.${name}`, 'number', value);
    if (!(value >= 0 && value <= Number.MAX_SAFE_INTEGER)) {
      throw new codes.ERR_INVALID_ARG_VALUE.RangeError(`prevValue.${name}`, value);
    }
  }
  return { user: user - previous.user, system: system - previous.system };
}

const kResources = [
  'userCPUTime',
  'systemCPUTime',
  'maxRSS',
  'sharedMemorySize',
  'unsharedDataSize',
  'unsharedStackSize',
  'minorPageFault',
  'majorPageFault',
  'swappedOut',
  'fsRead',
  'fsWrite',
  'ipcSent',
  'ipcReceived',
  'signalsCount',
  'voluntaryContextSwitches',
  'involuntaryContextSwitches',
];

function resourceUsage() {
  const values = binding.resourceUsage();
  return Object.fromEntries(kResources.map((name, i) => [name, values[i]]));
}

function checkId(id, name) {
  if (typeof id === 'number') validateUint32(id, name);
  else if (typeof id !== 'string') throw new codes.ERR_INVALID_ARG_TYPE(name, ['number', 'string'], id);
}

// An error of a system call that has no path: "EPERM, Operation not permitted".
function systemError(number, syscall) {
  const error = errnoException(number, syscall);
  error.message = `${error.code}, ${binding.describeError(number)}`;
  return error;
}

function userOrGroup(name) {
  return {
    [name](id) {
      checkId(id, 'id');
      const error = binding[name](id);
      if (error === 1) throw new codes.ERR_UNKNOWN_CREDENTIAL(name.endsWith('uid') ? 'User' : 'Group', id);
      if (error < 0) throw systemError(error, name);
    },
  }[name];
}

function getgroups() {
  const groups = binding.getgroups();
  const own = process.getegid();
  return groups.includes(own) ? groups : [...groups, own];
}

function setgroups(groups) {
  validateArray(groups, 'groups');
  groups.forEach((group, i) => checkId(group, `groups[${i}]`));
  const result = binding.setgroups(groups);
  if (result > 0) throw new codes.ERR_UNKNOWN_CREDENTIAL('Group', groups[result - 1]);
  if (result < 0) throw systemError(result, 'setgroups');
}

function initgroups(user, extraGroup) {
  checkId(user, 'user');
  checkId(extraGroup, 'extraGroup');
  const result = binding.initgroups(user, extraGroup);
  if (result === 1) throw new codes.ERR_UNKNOWN_CREDENTIAL('User', user);
  if (result === 2) throw new codes.ERR_UNKNOWN_CREDENTIAL('Group', extraGroup);
  if (result < 0) throw systemError(result, 'initgroups');
}

function setSourceMapsEnabled(enabled) {
  require('internal/errors/validators').validateBoolean(enabled, 'val');
  require('internal/modules/source_maps').setEnabled(enabled);
}

function assert(value, message) {
  if (!warnedOfAssert) {
    warnedOfAssert = true;
    process.emitWarning(
      'process.assert() is deprecated. Please use the `assert` module instead.',
      'DeprecationWarning',
      'DEP0100',
    );
  }
  if (!value) throw new codes.ERR_ASSERTION(message || 'assertion error');
}
let warnedOfAssert = false;

function openStdin() {
  process.stdin.resume();
  return process.stdin;
}

// process.loadEnvFile(path = './.env')
function loadEnvFile(path) {
  if (path === undefined) return internalBinding('env_file').load('.env');
  internalBinding('env_file').load(require('internal/fs/args').toPath(path, 'path'));
}

function getBuiltinModule(id) {
  validateString(id, 'id');
  const { normalizeRequirable, require: requireBuiltin } = require('internal/engine/loader');
  const found = normalizeRequirable(id);
  return found === undefined ? undefined : requireBuiltin(found);
}

module.exports = {
  assert,
  openStdin,
  loadEnvFile,
  getBuiltinModule,
  umask,
  kill,
  cpuUsage,
  resourceUsage,
  constrainedMemory: binding.constrainedMemory,
  availableMemory: binding.availableMemory,
  emitWarning: require('internal/process/warnings').emitWarning,
  setSourceMapsEnabled,
  initgroups,
  setgroups,
  getgroups,
  setuid: userOrGroup('setuid'),
  setgid: userOrGroup('setgid'),
  seteuid: userOrGroup('seteuid'),
  setegid: userOrGroup('setegid'),
};
