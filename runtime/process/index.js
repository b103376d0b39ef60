// `process`: the parts every program starts with. What belongs to one process (argv, env, pid...) is filled in by
// internal/main/start; what is rarely used is loaded when first touched (Node doc: process).
'use strict';

const EventEmitter = require('events');
const binding = internalBinding('process');
const exit = require('internal/process/exit');
const ticks = require('internal/process/ticks');

Object.setPrototypeOf(Object.getPrototypeOf(process), EventEmitter.prototype);
EventEmitter.call(process);

Object.defineProperty(process, Symbol.toStringTag, { value: 'process', writable: true, configurable: true });

// Methods that are one native function, or live in a module loaded on first use.
function lazyMethods(id, names) {
  for (const name of names) {
    process[name] = {
      [name](...args) {
        return require(id)[name](...args);
      },
    }[name];
  }
}

process.version = binding.version;
process.versions = { ...binding.versions };
process.arch = binding.arch;
process.platform = binding.platform;
process.release = { name: 'node', lts: 'Iron' };
Object.defineProperty(process, 'title', {
  enumerable: true,
  configurable: true,
  get: binding.title,
  set: (title) => {
    binding.setTitle(`${title}`);
  },
});
process.exiting = undefined;
delete process.exiting;
process._exiting = false;
process.domain = null;
process.moduleLoadList = [];
const features = {
  inspector: true,
  debug: false,
  uv: true,
  ipv6: true,
  tls_alpn: true,
  tls_sni: true,
  tls_ocsp: true,
  tls: true,
  cached_builtins: true,
};
// Later versions of Node.js 20 tell of it; it is not among the names that process.version promises.
Object.defineProperty(features, 'require_module', {
  get: () => require('internal/main/options').get('--experimental-require-module'),
});
process.features = Object.freeze(features);

Object.defineProperty(process, 'sourceMapsEnabled', {
  enumerable: true,
  configurable: true,
  get: () => require('internal/modules/source_map_state').enabled,
});
process.nextTick = ticks.nextTick;
process.exit = exit.exit;
exit.define(process);
process.reallyExit = binding.reallyExit;
process._tickCallback = ticks.processTicks;
process.abort = binding.abort;
let workingFolder = ''; // asked for once; chdir() changes it
process.cwd = function cwd() {
  if (workingFolder === '') workingFolder = binding.cwd();
  return workingFolder;
};
process.chdir = function chdir(directory) {
  require('internal/errors/validators').validateString(directory, 'directory');
  binding.chdir(directory);
  workingFolder = '';
};
process.uptime = binding.uptime;
process._kill = binding.kill;
process._debugProcess = (pid) => process.kill(pid, 'SIGUSR1');
process._debugEnd = () => require('internal/inspector').close();
process._rawDebug = function _rawDebug(...args) {
  binding.rawWrite(2, `${args.length === 1 ? args[0] : require('internal/util/inspect').format(...args)}\n`);
};

process.hrtime = function hrtime(time) {
  const now = binding.hrtime();
  if (time === undefined) return [now[0], now[1]];
  require('internal/errors/validators').validateArray(time, 'time');
  if (time.length !== 2) {
    const { codes } = require('internal/errors');
    throw new codes.ERR_OUT_OF_RANGE('time', 2, time.length);
  }
  const seconds = now[0] - time[0];
  const nanoseconds = now[1] - time[1];
  return nanoseconds < 0 ? [seconds - 1, nanoseconds + 1e9] : [seconds, nanoseconds];
};
process.hrtime.bigint = binding.hrtimeBigint;
process.memoryUsage = function memoryUsage() {
  return binding.memoryUsage();
};
process.memoryUsage.rss = binding.rss;

lazyMethods('internal/process/methods', [
  'umask',
  'kill',
  'cpuUsage',
  'resourceUsage',
  'constrainedMemory',
  'availableMemory',
  'emitWarning',
  'setSourceMapsEnabled',
  'initgroups',
  'setgroups',
  'setuid',
  'setgid',
  'seteuid',
  'setegid',
  'getgroups',
  'assert',
  'openStdin',
  'loadEnvFile',
  'getBuiltinModule',
]);
process.getuid = binding.getuid;
process.geteuid = binding.geteuid;
process.getgid = binding.getgid;
process.getegid = binding.getegid;
lazyMethods('internal/process/active', ['getActiveResourcesInfo', '_getActiveHandles', '_getActiveRequests']);
lazyMethods('internal/process/uncaught', [
  'setUncaughtExceptionCaptureCallback',
  'hasUncaughtExceptionCaptureCallback',
]);

process.dlopen = function dlopen(...args) {
  return require('internal/node_api/dlopen').dlopen(...args);
};

// Standard streams are made when a program first asks for them.
for (const name of ['stdin', 'stdout', 'stderr']) {
  Object.defineProperty(process, name, {
    enumerable: true,
    configurable: true,
    get() {
      return require('internal/stdio')[name];
    },
    set(value) {
      Object.defineProperty(process, name, { value, enumerable: true, configurable: true, writable: true });
    },
  });
}

function lazyValue(name, make) {
  Object.defineProperty(process, name, {
    enumerable: true,
    configurable: true,
    get() {
      const value = make();
      Object.defineProperty(process, name, { value, enumerable: true, configurable: true, writable: true });
      return value;
    },
    set(value) {
      Object.defineProperty(process, name, { value, enumerable: true, configurable: true, writable: true });
    },
  });
}
// How the program was built, as far as tools that build addons ask for it.
lazyValue('config', () => {
  const frozen = (object) => Object.freeze(Object.setPrototypeOf(object, null));
  const lists = ['cflags', 'defines', 'include_dirs', 'libraries'];
  return frozen({
    target_defaults: frozen({
      ...Object.fromEntries(lists.map((name) => [name, Object.freeze([])])),
      default_configuration: 'Release',
    }),
    variables: frozen({
      napi_build_version: process.versions.napi,
      node_module_version: Number(process.versions.modules),
      node_shared: false,
      v8_enable_i18n_support: 1,
    }),
  });
});
lazyValue('allowedNodeEnvironmentFlags', () =>
  require('internal/process/environment_flags').makeEnvironmentFlags(),
);
lazyValue('report', () => require('internal/process/report').report);

// Signals: a handle exists while somebody listens (internal/process/signals).
process.on('newListener', (name) => {
  if (typeof name === 'string' && name.startsWith('SIG')) require('internal/process/signals').start(name);
});
process.on('removeListener', (name) => {
  if (typeof name === 'string' && name.startsWith('SIG')) require('internal/process/signals').stop(name);
});
