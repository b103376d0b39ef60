'use strict';
// createHook() and the calls to hooks (Node doc: async_hooks, "Class: AsyncHook"). The list of enabled hooks is never changed in place:
// a hook enabled or disabled while others are being called takes effect with the next event.

const { codes } = require('internal/errors');
const { validateBoolean } = require('internal/errors/validators');
const engine = require('internal/engine/hooks');
const { fields } = engine;

const kTracksPromises = Symbol('trackPromises');

let enabled = [];

// A hook that throws ends the program: nobody could say what state the resources are in.
function fatal(error) {
  let text;
  if (typeof error?.stack === 'string') {
    text = error.stack;
  } else {
    const holder = { message: String(error) }; // a symbol, for one, is no text
    Error.captureStackTrace(holder, fatal);
    text = holder.stack;
  }
  process._rawDebug(text);
  if (process.execArgv.includes('--abort-on-uncaught-exception')) process.abort();
  process.exit(1);
}

function emitter(name) {
  return (...args) => {
    try {
      for (const hook of enabled) hook[name]?.(...args);
    } catch (error) {
      fatal(error);
    }
  };
}

const [init, before, after, destroy, promiseResolve] = [
  'init',
  'before',
  'after',
  'destroy',
  'promiseResolve',
].map(emitter);

const kinds = [
  ['init', engine.kInitHooks],
  ['before', engine.kBeforeHooks],
  ['after', engine.kAfterHooks],
  ['destroy', engine.kDestroyHooks],
  ['promiseResolve', engine.kPromiseResolveHooks],
];

let connected = false;
function connect() {
  if (connected) return;
  connected = true;
  fields[engine.kTracking] = 1;
  engine.setHook(engine.hooks.kAsyncInit, init);
  engine.setHook(engine.hooks.kAsyncBefore, before);
  engine.setHook(engine.hooks.kAsyncAfter, after);
  engine.setHook(engine.hooks.kAsyncDestroy, destroy);
}

function update() {
  for (const [name, field] of kinds) {
    fields[field] = enabled.reduce((count, hook) => count + (hook[name] !== undefined), 0);
  }
  require('internal/async_hooks/promises').update(enabled.some((hook) => hook[kTracksPromises]));
}

class AsyncHook {
  constructor({ init, before, after, destroy, promiseResolve, trackPromises }) {
    const callbacks = { init, before, after, destroy, promiseResolve };
    for (const [name] of kinds) {
      if (callbacks[name] !== undefined && typeof callbacks[name] !== 'function')
        throw new codes.ERR_ASYNC_CALLBACK(`hook.${name}`);
      Object.defineProperty(this, name, { value: callbacks[name] });
    }
    if (trackPromises !== undefined) validateBoolean(trackPromises, 'trackPromises');
    if (trackPromises === false && promiseResolve !== undefined) {
      throw new codes.ERR_INVALID_ARG_VALUE(
        'trackPromises',
        trackPromises,
        'cannot be false when promiseResolve is specified',
      );
    }
    Object.defineProperty(this, kTracksPromises, { value: trackPromises !== false });
  }

  enable() {
    if (enabled.includes(this)) return this;
    connect();
    enabled = [...enabled, this];
    update();
    return this;
  }

  disable() {
    if (!enabled.includes(this)) return this;
    enabled = enabled.filter((hook) => hook !== this);
    update();
    return this;
  }
}

module.exports = {
  AsyncHook,
  init,
  before,
  after,
  destroy,
  promiseResolve,
  anyEnabled: () => enabled.length > 0,
};
