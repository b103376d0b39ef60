'use strict';
// The public module `child_process`. https://nodejs.org/docs/latest-v20.x/api/child_process.html

const { codes, AbortError } = require('internal/errors');
const {
  validateAbortSignal,
  validateArray,
  validateBoolean,
  validateFunction,
  validateObject,
  validateString,
  validateOneOf,
} = require('internal/errors/validators');
const { ChildProcess, toSignalNumber } = require('internal/child_process/spawn');

const MAX_BUFFER = 1024 * 1024;

function checkNoNul(value, name) {
  if (typeof value === 'string' && value.includes('\0')) {
    throw new codes.ERR_INVALID_ARG_VALUE(name, value, 'must be a string without null bytes');
  }
}

function toPath(value, name) {
  if (typeof value === 'object' && value?.href && value.protocol) return require('url').fileURLToPath(value);
  validateString(value, name);
  return value;
}

function checkId(id, name) {
  if (id != null && id !== (id | 0)) throw new codes.ERR_INVALID_ARG_TYPE(name, 'int32', id);
}

// What a program left on Object.prototype must not decide how a process is started.
const ownOptions = (options) => ({ __proto__: null, ...options });

// spawn(file[, args][, options]) and its relatives, checked, in the form that ChildProcess.spawn() takes.
function normalizeSpawn(file, args, options) {
  validateString(file, 'file');
  checkNoNul(file, 'file');
  if (file.length === 0) throw new codes.ERR_INVALID_ARG_VALUE('file', file, 'cannot be empty');
  if (Array.isArray(args)) {
    args = [...args];
  } else if (args == null) {
    args = [];
  } else if (typeof args !== 'object') {
    throw new codes.ERR_INVALID_ARG_TYPE('args', 'object', args);
  } else {
    options = args;
    args = [];
  }
  args = args.map((arg, i) => {
    arg = `${arg}`;
    checkNoNul(arg, `args[${i}]`);
    return arg;
  });
  if (options !== undefined) validateObject(options, 'options');
  options = ownOptions(options);
  let { cwd } = options;
  if (cwd != null) {
    cwd = toPath(cwd, 'options.cwd');
    checkNoNul(cwd, 'options.cwd');
  }
  if (options.detached != null) validateBoolean(options.detached, 'options.detached');
  checkId(options.uid, 'options.uid');
  checkId(options.gid, 'options.gid');
  if (options.shell != null && typeof options.shell !== 'boolean' && typeof options.shell !== 'string') {
    throw new codes.ERR_INVALID_ARG_TYPE('options.shell', ['Boolean', 'string'], options.shell);
  }
  if (options.argv0 != null) {
    validateString(options.argv0, 'options.argv0');
    checkNoNul(options.argv0, 'options.argv0');
  }
  if (options.windowsHide != null) validateBoolean(options.windowsHide, 'options.windowsHide');
  if (options.windowsVerbatimArguments != null) {
    validateBoolean(options.windowsVerbatimArguments, 'options.windowsVerbatimArguments');
  }
  checkNoNul(options.shell, 'options.shell');
  if (options.shell) {
    const command = [file, ...args].join(' ');
    file = typeof options.shell === 'string' ? options.shell : '/bin/sh';
    args = ['-c', command];
  }
  const argv = [typeof options.argv0 === 'string' ? options.argv0 : file, ...args];
  const env = options.env || process.env;
  const envPairs = [];
  for (const key of envKeys(env)) {
    const value = env[key];
    if (value === undefined) continue;
    checkNoNul(key, `options.env['${key}']`);
    checkNoNul(`${value}`, `options.env['${key}']`);
    envPairs.push(`${key}=${value}`);
  }
  return {
    __proto__: null,
    ...options,
    args: argv,
    cwd,
    detached: Boolean(options.detached),
    envPairs,
    file,
  };
}

function envKeys(env) {
  if (env === process.env) return Object.keys(env);
  const keys = [];
  for (const key in env) keys.push(key); // inherited ones too
  return keys;
}

function checkTimeout(timeout) {
  if (timeout != null && !(Number.isInteger(timeout) && timeout >= 0)) {
    throw new codes.ERR_OUT_OF_RANGE('timeout', 'an unsigned integer', timeout);
  }
}

function sanitizeKillSignal(signal) {
  if (typeof signal === 'string' || typeof signal === 'number') return toSignalNumber(signal);
  if (signal != null)
    throw new codes.ERR_INVALID_ARG_TYPE('options.killSignal', ['string', 'number'], signal);
  return undefined;
}

function abortChild(child, signal, reason) {
  if (!child) return;
  try {
    if (child.kill(signal)) child.emit('error', new AbortError(undefined, { cause: reason }));
  } catch (error) {
    child.emit('error', error);
  }
}

function spawn(file, args, options) {
  options = normalizeSpawn(file, args, options);
  checkTimeout(options.timeout);
  if (options.signal !== undefined) validateAbortSignal(options.signal, 'options.signal');
  const killSignal = sanitizeKillSignal(options.killSignal);
  const { signal } = options;
  const child = new ChildProcess();
  child.spawn(options);
  if (options.timeout > 0) {
    let timer = setTimeout(() => {
      timer = undefined;
      try {
        child.kill(killSignal);
      } catch (error) {
        child.emit('error', error);
      }
    }, options.timeout);
    child.once('exit', () => clearTimeout(timer));
  }
  if (signal) {
    const onAbort = () => abortChild(child, killSignal, signal.reason);
    if (signal.aborted) process.nextTick(onAbort);
    else {
      signal.addEventListener('abort', onAbort, { once: true });
      child.once('exit', () => signal.removeEventListener('abort', onAbort));
    }
  }
  return child;
}

function fork(modulePath, args, options) {
  modulePath = toPath(modulePath, 'modulePath');
  if (args == null) args = [];
  else if (typeof args === 'object' && !Array.isArray(args)) {
    options = args;
    args = [];
  } else {
    validateArray(args, 'args');
  }
  if (options != null) validateObject(options, 'options');
  options = { __proto__: null, ...options, shell: false };
  options.execPath = options.execPath || process.execPath;
  checkNoNul(options.execPath, 'options.execPath');
  let execArgv = options.execArgv || process.execArgv;
  validateArray(execArgv, 'options.execArgv');
  // Code given with -e is the parent's, not the child's.
  if (execArgv === process.execArgv && process._eval != null) {
    const at = execArgv.lastIndexOf(process._eval);
    if (at > 0)
      execArgv = execArgv.toSpliced?.(at - 1, 2) ?? execArgv.filter((_, i) => i !== at && i !== at - 1);
  }
  args = [...execArgv, modulePath, ...args];
  if (typeof options.stdio === 'string') {
    options.stdio =
      options.stdio === 'inherit' ? [0, 1, 2, 'ipc'] : [options.stdio, options.stdio, options.stdio, 'ipc'];
  } else if (!Array.isArray(options.stdio)) {
    options.stdio = options.silent ? ['pipe', 'pipe', 'pipe', 'ipc'] : [0, 1, 2, 'ipc'];
  } else if (!options.stdio.includes('ipc')) {
    throw new codes.ERR_CHILD_PROCESS_IPC_REQUIRED('options.stdio');
  }
  return spawn(options.execPath, args, options);
}

function execFile(file, args, options, callback) {
  if (Array.isArray(args)) args = [...args];
  else if (typeof args === 'object' && args !== null) {
    callback = options;
    options = args;
    args = null;
  } else if (typeof args === 'function') {
    callback = args;
    options = null;
    args = null;
  }
  args ??= [];
  if (typeof options === 'function') {
    callback = options;
    options = null;
  }
  if (options != null) validateObject(options, 'options');
  if (callback != null) validateFunction(callback, 'callback');
  if (options?.argv0 != null) {
    validateString(options.argv0, 'options.argv0');
  }
  options = {
    __proto__: null,
    encoding: 'utf8',
    timeout: 0,
    maxBuffer: MAX_BUFFER,
    killSignal: 'SIGTERM',
    cwd: null,
    env: null,
    shell: false,
    ...options,
  };
  checkTimeout(options.timeout);
  checkMaxBuffer(options.maxBuffer);
  options.killSignal = sanitizeKillSignal(options.killSignal);
  const child = spawn(file, args, {
    __proto__: null,
    cwd: options.cwd,
    env: options.env,
    gid: options.gid,
    uid: options.uid,
    shell: options.shell,
    signal: options.signal,
    argv0: options.argv0,
    windowsHide: Boolean(options.windowsHide),
  });
  collect(child, file, args, options, callback);
  return child;
}

// Gathers a child's output, up to maxBuffer, and calls back once.
function collect(child, file, args, options, callback) {
  const { Buffer } = require('buffer');
  const encoding =
    options.encoding !== 'buffer' && Buffer.isEncoding(options.encoding) ? options.encoding : null;
  const outputs = {};
  let failure = null;
  let killed = false;
  let exited = false;
  let timer;
  const textOf = (name) => {
    const chunks = outputs[name]?.chunks ?? [];
    return encoding || child[name]?.readableEncoding ? chunks.join('') : Buffer.concat(chunks);
  };

  function onExit(code, signal) {
    if (exited) return;
    exited = true;
    clearTimeout(timer);
    if (!callback) return;
    const stdout = textOf('stdout');
    const stderr = textOf('stderr');
    if (!failure && code === 0 && signal === null) return callback(null, stdout, stderr);
    const command = [file, ...args].join(' ');
    if (!failure) {
      failure = new Error(`Command failed: ${command}\n${stderr}`);
      failure.code = code < 0 ? require('util').getSystemErrorName(code) : code;
      failure.killed = child.killed || killed;
      failure.signal = signal;
    }
    failure.cmd = command;
    failure.stdout = undefined;
    delete failure.stdout;
    callback(failure, stdout, stderr);
  }
  function kill() {
    child.stdout?.destroy();
    child.stderr?.destroy();
    killed = true;
    try {
      child.kill(options.killSignal);
    } catch (error) {
      failure ??= error;
      onExit();
    }
  }
  if (options.timeout > 0) timer = setTimeout(kill, options.timeout);
  for (const name of ['stdout', 'stderr']) {
    const stream = child[name];
    if (!stream) continue;
    if (encoding) stream.setEncoding(encoding);
    const output = (outputs[name] = { chunks: [], size: 0 });
    stream.on('data', (chunk) => {
      const coding = stream.readableEncoding; // the program may have set another
      const size = coding ? Buffer.byteLength(chunk, coding) : chunk.length;
      if (output.size + size > options.maxBuffer) {
        output.chunks.push(chunk.slice(0, options.maxBuffer - output.size));
        output.size = options.maxBuffer;
        failure = new codes.ERR_CHILD_PROCESS_STDIO_MAXBUFFER(name);
        kill();
        return;
      }
      output.size += size;
      output.chunks.push(chunk);
    });
  }
  child.on('close', onExit);
  child.on('error', (error) => {
    failure = error;
    child.stdout?.destroy();
    child.stderr?.destroy();
    onExit();
  });
}

function checkMaxBuffer(maxBuffer) {
  if (maxBuffer != null && (typeof maxBuffer !== 'number' || !(maxBuffer >= 0))) {
    throw new codes.ERR_OUT_OF_RANGE('options.maxBuffer', 'a positive number', maxBuffer);
  }
}

function normalizeExec(command, options, callback) {
  validateString(command, 'command');
  checkNoNul(command, 'command');
  if (typeof options === 'function') {
    callback = options;
    options = undefined;
  }
  options = ownOptions(options);
  options.shell = typeof options.shell === 'string' ? options.shell : true;
  return { command, options, callback };
}

function exec(command, options, callback) {
  const normal = normalizeExec(command, options, callback);
  return execFile(normal.command, normal.options, normal.callback);
}

// util.promisify(exec): a promise of {stdout, stderr} with the child on it.
function promisified(original) {
  return (...args) => {
    let settle;
    const promise = new Promise((...functions) => {
      settle = functions;
    });
    // Outside of the promise: wrong arguments throw.
    promise.child = original(...args, (error, stdout, stderr) => {
      const [resolve, reject] = settle;
      if (error !== null) reject(Object.assign(error, { stdout, stderr }));
      else resolve({ stdout, stderr });
    });
    return promise;
  };
}
const custom = Symbol.for('nodejs.util.promisify.custom');
Object.defineProperty(exec, custom, { value: promisified(exec) });
Object.defineProperty(execFile, custom, { value: promisified(execFile) });

function spawnSync(file, args, options) {
  options = { __proto__: null, maxBuffer: MAX_BUFFER, ...normalizeSpawn(file, args, options) };
  checkTimeout(options.timeout);
  checkMaxBuffer(options.maxBuffer);
  options.killSignal = sanitizeKillSignal(options.killSignal);
  if (!Number.isFinite(options.maxBuffer)) options.maxBuffer = 0; // unlimited
  return require('internal/child_process/sync').runSync(options);
}

function finishSync(result, inheritStderr, args, command) {
  if (inheritStderr && result.stderr) process.stderr.write(result.stderr);
  const error = require('internal/child_process/sync').failure(result, args, command);
  if (error) throw error;
  return result.stdout;
}

function execFileSync(file, args, options) {
  if (!Array.isArray(args) && args != null && typeof args === 'object') {
    options = args;
    args = [];
  }
  const inheritStderr = !options?.stdio;
  const result = spawnSync(file, args, options);
  return finishSync(result, inheritStderr, [options?.argv0 ?? file, ...(args ?? [])]);
}

function execSync(command, options) {
  const normal = normalizeExec(command, options, null);
  const inheritStderr = !normal.options.stdio;
  const result = spawnSync(normal.command, normal.options);
  return finishSync(result, inheritStderr, undefined, command);
}

// Called when a process starts that was forked with a channel.
function _forkChild(fd, serializationMode) {
  validateOneOf(serializationMode, 'serializationMode', ['json', 'advanced']);
  require('internal/child_process/channel').setupFromEnvironment(fd, serializationMode === 'advanced');
}

module.exports = {
  _forkChild,
  ChildProcess,
  exec,
  execFile,
  execFileSync,
  execSync,
  fork,
  spawn,
  spawnSync,
};
