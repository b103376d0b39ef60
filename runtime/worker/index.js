'use strict';
// Worker (https://nodejs.org/docs/latest-v20.x/api/worker_threads.html#class-worker): the parent's side of a thread. The thread itself is
// native (worker.h); it and this object talk over a message port of their own (messages: child.js, stdio.js), the program's messages
// go over a second one.

const EventEmitter = require('events');
const path = require('path');
const binding = internalBinding('worker');
const { codes } = require('internal/errors');
const { validateArray, validateObject, validateString } = require('internal/errors/validators');
const { MessageChannel } = require('internal/messaging');
const diagnostics = require('internal/util/diagnostics');
const own = require('internal/worker/own');
const { PortReadable, PortWritable } = require('internal/worker/stdio');

// In the order of enum WorkerLimit.
const kLimits = ['maxYoungGenerationSizeMb', 'maxOldGenerationSizeMb', 'codeRangeSizeMb', 'stackSizeMb'];
// Less than this and V8 cannot start.
const kLeast = [1, 2, 0, 0];
const limitsObject = (values) => Object.fromEntries(kLimits.map((name, i) => [name, values[i]]));

// Workers keep the working folder's name as long as this number stays the same.
function folderCounter() {
  if (own.folderCounter === undefined && typeof SharedArrayBuffer === 'function') {
    own.folderCounter = new Uint32Array(new SharedArrayBuffer(Uint32Array.BYTES_PER_ELEMENT));
    const { chdir } = process;
    process.chdir = function (...args) {
      chdir(...args);
      Atomics.add(own.folderCounter, 0, 1);
    };
    Object.defineProperty(process.chdir, 'name', { value: 'chdir' });
  }
  return own.folderCounter;
}

function readLimits(limits) {
  const values = new Float64Array(kLimits.length);
  if (limits === undefined) return values;
  kLimits.forEach((name, i) => {
    if (typeof limits[name] === 'number') values[i] = Math.max(limits[name], kLeast[i]);
  });
  return values;
}

// {kind: 'file' | 'eval' | 'url', name}
function readProgram(filename, options) {
  const { isURL, fileURLToPath } = require('internal/url');
  if (options.eval) {
    if (typeof filename !== 'string') {
      throw new codes.ERR_INVALID_ARG_VALUE(
        'options.eval',
        options.eval,
        "must be false when 'filename' is not a string",
      );
    }
    return { kind: 'eval', name: filename };
  }
  if (isURL(filename)) {
    if (filename.protocol === 'data:') return { kind: 'url', name: `${filename}` };
    return { kind: 'file', name: fileURLToPath(filename) };
  }
  if (typeof filename !== 'string') {
    throw new codes.ERR_INVALID_ARG_TYPE('filename', ['string', 'URL'], filename);
  }
  if (!path.isAbsolute(filename) && !/^\.\.?[\\/]/.test(filename)) {
    throw new codes.ERR_WORKER_PATH(filename);
  }
  return { kind: 'file', name: path.resolve(filename) };
}

function readEnvironment(env) {
  if (env === own.SHARE_ENV) return { shared: true };
  if (env === null || env === undefined) return { variables: { ...process.env } };
  if (typeof env !== 'object') {
    throw new codes.ERR_INVALID_ARG_TYPE(
      'options.env',
      ['object', 'undefined', 'null', 'worker_threads.SHARE_ENV'],
      env,
    );
  }
  return { variables: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, `${value}`])) };
}

function readOptions(options) {
  if (options.execArgv) validateArray(options.execArgv, 'options.execArgv');
  let argv = [];
  if (options.argv) {
    validateArray(options.argv, 'options.argv');
    argv = options.argv.map(String);
  }
  let name = '';
  if (options.name) {
    validateString(options.name, 'options.name');
    name = options.name.trim();
  }
  if (options.resourceLimits !== undefined) validateObject(options.resourceLimits, 'options.resourceLimits');
  return { argv, name };
}

// Options end at "--".
function withoutRest(execArgv) {
  const end = execArgv.indexOf('--');
  return end === -1 ? execArgv : execArgv.slice(0, end);
}

class Worker extends EventEmitter {
  #handle; // undefined once the thread has ended
  #control; // the port of child.js
  #public; // the program's port
  #stdin = null;
  #stdout;
  #stderr;
  #limits;
  #threadId;
  #snapshots = []; // promises of heap snapshots, in the order they were asked for

  constructor(filename, options = {}) {
    super();
    const { argv, name } = readOptions(options);
    const program = readProgram(filename, options);
    const env = readEnvironment(options.env);
    const execArgv = options.execArgv?.map(String);
    this.#limits = readLimits(options.resourceLimits);
    const nodeOptions = env.variables?.NODE_OPTIONS;
    const handle = new binding.Worker(
      execArgv,
      this.#limits,
      env.shared === true,
      nodeOptions === process.env.NODE_OPTIONS ? undefined : nodeOptions,
    );
    if (handle.invalidOptions) throw new codes.ERR_WORKER_INVALID_EXEC_ARGV(handle.invalidOptions);
    if (handle.invalidVariable) {
      throw new codes.ERR_WORKER_INVALID_EXEC_ARGV(
        handle.invalidVariable,
        'invalid NODE_OPTIONS env variable',
      );
    }
    this.#handle = handle;
    this.#threadId = handle.threadId;
    this.#control = handle.messagePort;
    handle.onexit = (code, errorCode, message) => this.#onExit(code, errorCode, message);
    this.#openStreams(options);
    const { port1, port2 } = new MessageChannel();
    this.#public = port1;
    try {
      const message = {
        type: 'start',
        program,
        port: port2,
        workerData: options.workerData,
        environmentData: own.environmentData,
        variables: env.variables,
        argv,
        execArgv: withoutRest(execArgv ?? process.execArgv),
        argv0: process.argv0,
        execPath: process.execPath,
        name,
        hasStdin: this.#stdin !== null,
        trackUnmanagedFds: options.trackUnmanagedFds ?? true,
        folderCounter: folderCounter(),
      };
      this.#control.postMessage(message, [port2, ...(options.transferList ?? [])]);
    } catch (error) {
      port1.close();
      this.#control.close();
      handle.close();
      throw error;
    }
    this.#listen();
    this.#start();
    process.nextTick(() => process.emit('worker', this));
    if (diagnostics.find !== null) diagnostics.publish('worker_threads', () => ({ worker: this }));
  }

  #openStreams({ stdin, stdout, stderr }) {
    if (stdin) this.#stdin = new PortWritable(this.#control, 'stdin');
    this.#stdout = new PortReadable(this.#control, 'stdout');
    this.#stderr = new PortReadable(this.#control, 'stderr');
    const forward = (from, to) => {
      // Many workers may write to one stream.
      to.setMaxListeners(Math.max(to.getMaxListeners(), to.listenerCount('close') + 20));
      from.pipe(to, { end: false });
    };
    if (!stdout) forward(this.#stdout, process.stdout);
    if (!stderr) forward(this.#stderr, process.stderr);
  }

  #listen() {
    this.#control.on('message', (message) => this.#onControl(message));
    this.#public.on('message', (message) => this.emit('message', message));
    this.#public.on('messageerror', (error) => this.emit('messageerror', error));
    // The thread itself keeps the program alive.
    this.#control.unref();
    this.#public.unref();
  }

  #start() {
    const error = this.#handle.start();
    if (error === 0) return;
    const { errnoException } = require('internal/errors');
    const cause = errnoException(error, 'uv_thread_create_ex');
    this.#close();
    throw new codes.ERR_WORKER_INIT_FAILED(cause.code);
  }

  #onControl(message) {
    switch (message.type) {
      case 'online':
        this.emit('online');
        break;
      case 'stdio':
        (message.stream === 'stdout' ? this.#stdout : this.#stderr).take(message.chunks);
        break;
      case 'taken':
        this.#stdin?.taken(message.bytes);
        break;
      case 'snapshot':
        this.#snapshots.shift().resolve(require('internal/v8/heap_snapshot').streamOf(message.chunks));
        break;
      case 'error':
        this.emit('error', require('internal/worker/errors').unpack(message.error));
        break;
      default: // 'opaque error'
        this.emit('error', new codes.ERR_WORKER_UNSERIALIZABLE_ERROR());
    }
  }

  #close() {
    const { messagePort } = this.#handle;
    this.#handle = undefined;
    this.#threadId = -1;
    this.#public.close();
    messagePort.close();
    for (const { reject } of this.#snapshots.splice(0)) reject(new codes.ERR_WORKER_NOT_RUNNING());
    for (const stream of [this.#stdout, this.#stderr]) {
      if (!stream.readableEnded) stream.push(null);
    }
    if (this.#stdin !== null) this.#stdin.destroy();
  }

  #onExit(code, errorCode, message) {
    // What the thread sent before it ended comes before the news of its end.
    const { drain } = internalBinding('messaging');
    drain(this.#public);
    drain(this.#control);
    this.#close();
    if (errorCode !== null) {
      const error =
        errorCode === 'ERR_WORKER_OUT_OF_MEMORY'
          ? new codes.ERR_WORKER_OUT_OF_MEMORY(message)
          : new codes.ERR_WORKER_INIT_FAILED(message);
      process.nextTick(() => this.emit('error', error));
    }
    process.nextTick(() => {
      this.emit('exit', code);
    });
  }

  postMessage(...args) {
    if (this.#handle === undefined) return;
    this.#public.postMessage(...args);
  }

  terminate(callback) {
    this.ref();
    if (typeof callback === 'function') {
      process.emitWarning(
        'Passing a callback to worker.terminate() is deprecated. It returns a Promise instead.',
        'DeprecationWarning',
        'DEP0132',
      );
      if (this.#handle === undefined) return Promise.resolve();
      this.once('exit', (code) => callback(null, code));
    }
    if (this.#handle === undefined) return Promise.resolve();
    this.#handle.stop();
    return new Promise((resolve) => this.once('exit', resolve));
  }

  ref() {
    this.#handle?.ref();
    if (this.#handle !== undefined) this.#public.ref();
  }
  unref() {
    this.#handle?.unref();
    if (this.#handle !== undefined) this.#public.unref();
  }

  get threadId() {
    return this.#threadId;
  }
  get stdin() {
    return this.#stdin;
  }
  get stdout() {
    return this.#stdout;
  }
  get stderr() {
    return this.#stderr;
  }
  get resourceLimits() {
    return this.#handle === undefined ? {} : limitsObject(this.#handle.limits());
  }
  get performance() {
    const eventLoopUtilization = (first, second) =>
      require('internal/perf_hooks/node_timing').otherUtilization(
        this.#handle?.loopStart() ?? -1,
        this.#handle?.idleTime() ?? 0,
        first,
        second,
      );
    return { eventLoopUtilization };
  }
  /** The worker takes it when its event loop comes round. */
  getHeapSnapshot(options) {
    const { numericValues } = require('internal/v8/heap_snapshot');
    const numeric = numericValues(options);
    if (this.#handle === undefined) return Promise.reject(new codes.ERR_WORKER_NOT_RUNNING());
    this.#control.postMessage({ type: 'take snapshot', numeric });
    return new Promise((resolve, reject) => this.#snapshots.push({ resolve, reject }));
  }
}

module.exports = { Worker, kLimits, limitsObject };
