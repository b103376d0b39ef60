'use strict';
// Loader hooks: what module.register() and --experimental-loader put before the default `resolve` and `load`
// (Node.js "Modules: node:module API", "Hooks"). The hook that was registered last runs first. Hooks run on the
// program's own thread, in module instances of their own; while there are none, nothing here is loaded.
const { codes } = require('internal/errors');
const { validateObject, validateString } = require('internal/errors/validators');
const { defaultResolve, defaultLoad, importConditions } = require('internal/modules/esm_load');

// The state of a promise (v8::Promise::PromiseState).
const kFulfilled = 1;
const kRejected = 2;
const kHookNames = ['resolve', 'load'];
const chains = {
  resolve: [{ hook: defaultResolve, url: 'node:internal/modules/esm_load' }],
  load: [{ hook: defaultLoad, url: 'node:internal/modules/esm_load' }],
};

let assertionsWarned = false;
function warnAssertions() {
  if (assertionsWarned) return;
  assertionsWarned = true;
  process.emitWarning('Use `importAttributes` instead of `importAssertions`', 'ExperimentalWarning');
}

/** Gives a context the old name of importAttributes, which warns. */
function withAssertions(context) {
  return Object.defineProperty(context, 'importAssertions', {
    configurable: true,
    get() {
      warnAssertions();
      return this.importAttributes;
    },
    set(value) {
      warnAssertions();
      this.importAttributes = value;
    },
  });
}

/** What a hook passed on as context, laid over the context it got. */
function mergeContext(context, given) {
  if (given === undefined || given === context) return context;
  const merged = { ...context, ...given };
  const assertions = Object.getOwnPropertyDescriptor(given, 'importAssertions');
  if (assertions !== undefined && 'value' in assertions) {
    warnAssertions();
    merged.importAttributes ??= {};
    if (given.importAttributes === undefined) merged.importAttributes = assertions.value;
  }
  delete merged.importAssertions;
  return withAssertions(merged);
}

const checkSubject = {
  resolve(name, specifier) {
    validateString(specifier, `${name} specifier`);
  },
  load(name, url) {
    validateString(url, `${name} url`);
    try {
      new URL(url);
    } catch {
      throw new codes.ERR_INVALID_ARG_VALUE(`${name} url`, url, 'should be a URL string');
    }
  },
};

/**
 * Runs a chain for one specifier or URL.
 * @param {'resolve' | 'load'} name
 * @param {string} subject
 * @param {object} context
 */
async function runChain(name, subject, context) {
  const chain = chains[name];
  const state = { finished: false, shortCircuited: false, culprit: '' };
  const nextName = `next${name[0].toUpperCase()}${name.slice(1)}`;

  const nextOf = (index, current) => {
    const { hook, url } = chain[index];
    const identity = `${url} '${name}'`;
    const next = {
      async [nextName](given, givenContext) {
        checkSubject[name](`${chain[index + 1]?.url ?? url} '${name}' hook's ${nextName}()`, given);
        if (givenContext !== undefined)
          validateObject(givenContext, `${identity} hook's ${nextName}() context`);
        const merged = mergeContext(current, givenContext);
        state.culprit = identity;
        if (index === 0) state.finished = true;
        const output = await hook(given, merged, index === 0 ? undefined : nextOf(index - 1, merged));
        if (output !== null && typeof output === 'object' && output.shortCircuit) state.shortCircuited = true;
        if (output === null || typeof output !== 'object') {
          throw new codes.ERR_INVALID_RETURN_VALUE('an object', `${identity} hook's ${nextName}()`, output);
        }
        return output;
      },
    };
    return next[nextName];
  };

  const result = await nextOf(chain.length - 1, context)(subject, context);
  const identity = `${chain[chain.length - 1].url} '${name}'`;
  if (!state.finished && !state.shortCircuited) throw new codes.ERR_LOADER_CHAIN_INCOMPLETE(state.culprit);
  return { result, identity };
}

// What a hook gave, when it need not be waited for.
function settledValue(value) {
  if (!require('internal/util/types').isPromise(value)) return value;
  const [state, result] = internalBinding('util').getPromiseDetails(value);
  if (state === kFulfilled) return result;
  value.catch(() => {}); // told here, or never
  if (state === kRejected) throw result;
  throw require('internal/modules/errors').notImplemented('import.meta.resolve with hooks that wait');
}

/** import.meta.resolve(): the chain of `resolve`, as far as its hooks answer without waiting. */
function resolveNow(specifier, parentURL) {
  const nextOf = (index, current) => {
    const { hook } = chains.resolve[index];
    return function nextResolve(given, givenContext) {
      const merged = mergeContext(current, givenContext);
      return settledValue(hook(given, merged, index === 0 ? undefined : nextOf(index - 1, merged)));
    };
  };
  const context = withAssertions({ conditions: importConditions(), importAttributes: {}, parentURL });
  return nextOf(chains.resolve.length - 1, context)(specifier, context).url;
}

function badProperty(expected, identity, property, value) {
  return new codes.ERR_INVALID_RETURN_PROPERTY_VALUE(expected, identity, property, value);
}

/** @returns {Promise<{url: string, format?: string, importAttributes?: object}>} */
async function resolve(specifier, parentURL, importAttributes) {
  const context = withAssertions({ conditions: importConditions(), importAttributes, parentURL });
  const { result, identity } = await runChain('resolve', specifier, context);
  const { format, url } = result;
  let attributes = result.importAttributes;
  if (result.importAssertions !== undefined && attributes === undefined) {
    warnAssertions();
    attributes = result.importAssertions;
  }
  if (attributes !== undefined && (attributes === null || typeof attributes !== 'object'))
    throw badProperty('an object', identity, 'importAttributes', attributes);
  if (format !== undefined && format !== null && typeof format !== 'string')
    throw badProperty('a string', identity, 'format', format);
  if (typeof url !== 'string') throw badProperty('a URL string', identity, 'url', url);
  try {
    new URL(url);
  } catch {
    throw badProperty('a URL string', identity, 'url', url);
  }
  return { url, format, importAttributes: attributes };
}

const isSource = (source) =>
  source === undefined ||
  source === null ||
  typeof source === 'string' ||
  ArrayBuffer.isView(source) ||
  require('internal/util/types').isAnyArrayBuffer(source);

/** @returns {Promise<{format: string, source: any, responseURL: string}>} */
async function load(url, format, importAttributes) {
  const context = withAssertions({ format, importAttributes });
  const { result, identity } = await runChain('load', url, context);
  if (result.format !== undefined && result.format !== null && typeof result.format !== 'string')
    throw badProperty('a string', identity, 'format', result.format);
  if (!isSource(result.source)) {
    throw badProperty('a string, an ArrayBuffer, or a TypedArray', identity, 'source', result.source);
  }
  const { responseURL = url } = result;
  if (typeof responseURL !== 'string')
    throw badProperty('undefined or a string', identity, 'responseURL', responseURL);
  return { format: result.format, source: result.source, responseURL };
}

/** Puts the hooks a module exports in front of the chains. @returns what its initialize() returns */
function add(url, exports, data) {
  const { globalPreload, initialize } = exports;
  if (globalPreload && !initialize) {
    const text = '`globalPreload` has been removed; use `initialize` instead.';
    process.emitWarning(text, 'UnsupportedWarning');
  }
  for (const name of kHookNames) {
    if (exports[name]) chains[name].push({ hook: exports[name], url });
  }
  const result = initialize?.(data);
  if (typeof result?.then === 'function') return result.then((value) => (releasePorts(data), value));
  releasePorts(data);
  return result;
}

/** In Node hooks live on a thread of their own: the ports they were given do not keep the program alive. */
function releasePorts(data) {
  if (typeof data !== 'object' || data === null) return;
  const { MessagePort } = require('internal/messaging');
  for (const each of [data, ...Object.values(data)]) if (each instanceof MessagePort) each.unref();
}

const isActive = () => chains.resolve.length > 1 || chains.load.length > 1;

module.exports = { resolve, resolveNow, load, add, isActive };
