'use strict';
// The ES module loader: loads a whole graph, links it, runs it; import(), import.meta; the main ES module of a program.
// Document: Node.js "Modules: ECMAScript modules". Files are read synchronously: evaluation order is what the
// specification says either way, and one thread that waits for a disk gains nothing from a pool. Only loader hooks
// make it wait: the steps of loading are generators, which yield what hooks promise, and run to their end at once
// when there are none.

const path = require('path');
const binding = internalBinding('es_modules');
const { defaultResolve, defaultLoad } = require('internal/modules/esm_load');
const { translate } = require('internal/modules/esm_translators');
const explain = require('internal/modules/esm_explain');
const { toUrl, toPath } = require('internal/modules/file_url');
const errors = require('internal/modules/errors');
const pausing = require('internal/inspector/pausing');

// v8::Module::Status
const kInstantiated = 2;
const kEvaluating = 3;
const kErrored = 5;
const kNoAttributes = Object.freeze({ __proto__: null });
const entries = []; // by record number
let hooks; // internal/modules/esm_hooks, once a program has registered any
let registration; // the promise of hooks that are being registered

/** Modules by URL and type. Hooks live in a map of their own, apart from the program's instances. */
const program = new Map();
const loaderOwn = new Map();
/** Who asked for what with which attributes → the entry. */
const resolved = new Map();

/** [key, value, …] as V8 gives attributes → an object. */
function attributesObject(list) {
  if (list === undefined) return kNoAttributes;
  const attributes = { __proto__: null };
  for (let i = 0; i < list.length; i += 2) attributes[list[i]] = list[i + 1];
  return attributes;
}

/** Runs the steps of a load at once; they must not wait. */
function runNow(steps) {
  const step = steps.next();
  if (step.done) return step.value;
  step.value?.catch?.(() => {}); // nobody will hear of it
  steps.return();
  throw errors.notImplemented('require() of an ES module with asynchronous loader hooks');
}

async function runSteps(steps) {
  for (let step = steps.next(); ;) {
    if (step.done) return step.value;
    let value;
    try {
      value = await step.value;
    } catch (error) {
      step = steps.throw(error);
      continue;
    }
    step = steps.next(value);
  }
}

/** The entry of what `specifier` names for the module at `parentURL`; it need not be loaded yet. */
function* resolveEntry(map, specifier, parentURL, list) {
  const attributes = attributesObject(list);
  if (hooks?.isActive()) {
    const found = yield hooks.resolve(specifier, parentURL, { ...attributes });
    return entryOf(map, found.url, found.format, found.importAttributes ?? attributes);
  }
  // The same request gives the same module, whatever becomes of the file meanwhile.
  const key = `${parentURL}\x00${list ?? ''}\x00${specifier}`;
  const known = resolved.get(key);
  if (known !== undefined && known.map === map) return known;
  const context = { parentURL, importAttributes: attributes, conditions: undefined };
  const found = defaultResolve(specifier, context);
  const entry = entryOf(map, found.url, found.format, attributes);
  resolved.set(key, entry);
  return entry;
}

function entryOf(map, url, format, attributes) {
  const key = `${attributes.type ?? ''}\x00${url}`;
  let entry = map.get(key);
  if (entry === undefined) {
    entry = {
      __proto__: null, // promises look for `then` in what they are given
      map,
      url,
      format,
      attributes,
      state: 'new',
      record: -1,
      requests: undefined, // [specifier, attributes, …]
      links: [], // the entries of requests
      wired: false,
      pending: undefined, // the promise of being loaded, when hooks are at it
      error: undefined,
      evaluation: undefined,
      extendMeta: undefined, // adds to import.meta of generated modules
      facade: undefined, // what require() gives, when that is not the namespace
    };
    map.set(key, entry);
  }
  return entry;
}

/** Loads the module itself and finds, but does not load, what it imports. */
function* loadEntry(entry) {
  if (entry.state === 'loaded') return;
  if (entry.state === 'failed') throw entry.error;
  if (entry.state === 'loading') {
    yield entry.pending.promise;
    return;
  }
  entry.state = 'loading';
  if (hooks !== undefined) entry.pending = deferred();
  try {
    const loaded = hooks?.isActive()
      ? yield hooks.load(entry.url, entry.format, { ...entry.attributes })
      : defaultLoad(entry.url, { format: entry.format, importAttributes: entry.attributes });
    entry.format = loaded.format;
    if (loaded.format === 'wasm') {
      Object.assign(entry, require('internal/modules/esm_wasm').load(entry.url, loaded.source));
    } else {
      entry.record = translate(entry.url, loaded.format, loaded.source, entry.map === loaderOwn);
    }
    entries[entry.record] = entry;
    if (loaded.format === 'module' || loaded.format === 'wasm') {
      entry.requests = binding.moduleRequests(entry.record);
      for (let i = 0; i < entry.requests.length; i += 2) {
        entry.links.push(yield* resolveEntry(entry.map, entry.requests[i], entry.url, entry.requests[i + 1]));
      }
    }
    entry.state = 'loaded';
    entry.pending?.resolve();
  } catch (error) {
    entry.state = 'failed';
    entry.error = error;
    entry.pending?.reject(error);
    throw error;
  }
}

function deferred() {
  const result = {};
  result.promise = new Promise((resolve, reject) => Object.assign(result, { resolve, reject }));
  result.promise.catch(() => {}); // whoever waits for it sees the error
  return result;
}

/** Loads a module and all it imports, then makes V8 know who means whom. */
function* loadGraph(root) {
  if (root.wired) return;
  const graph = [root];
  const seen = new Set();
  seen.add(root);
  for (let i = 0; i < graph.length; i++) {
    yield* loadEntry(graph[i]);
    const { links } = graph[i];
    for (let k = 0; k < links.length; k++) {
      if (links[k].wired || seen.has(links[k])) continue;
      seen.add(links[k]);
      graph.push(links[k]);
    }
  }
  for (let i = 0; i < graph.length; i++) {
    const entry = graph[i];
    if (entry.requests !== undefined) {
      binding.link(
        entry.record,
        entry.links.map((target) => target.record),
      );
    }
  }
  for (let i = 0; i < graph.length; i++) graph[i].wired = true;
}

function instantiate(entry) {
  if (binding.status(entry.record) >= kInstantiated) return;
  try {
    binding.instantiate(entry.record);
  } catch (error) {
    explain.missingName(error, entry, binding.errorLine(error));
    throw error;
  }
}

/** Loads and runs what an entry stands for. @returns {Promise<object>} its namespace */
async function importEntry(steps) {
  const entry = await runSteps(steps);
  instantiate(entry);
  // Asked for by code that runs while this very module's graph is being evaluated: that ends before the next microtask.
  while (binding.status(entry.record) === kEvaluating) await undefined;
  entry.evaluation ??= evaluate(entry);
  await entry.evaluation;
  return binding.namespace(entry.record);
}

async function evaluate(entry) {
  try {
    if (pausing.onStart) await pausing.call(binding.evaluate, binding, entry.record);
    else await binding.evaluate(entry.record);
  } catch (error) {
    explain.commonJsGlobal(error, entry.url);
    throw error;
  }
}

function* specifierSteps(map, specifier, parentURL, list) {
  const entry = yield* resolveEntry(map, specifier, parentURL, list);
  yield* loadGraph(entry);
  return entry;
}

function* graphSteps(entry) {
  yield* loadGraph(entry);
  return entry;
}

/** import(specifier) in the program, once hooks that are being registered are there. */
async function importSpecifier(specifier, parentURL, list) {
  if (registration !== undefined) await hooksReady();
  return importEntry(specifierSteps(program, specifier, parentURL, list));
}

/** The URL of who asks, given its name: a URL, a path, or neither ("[eval]"). */
function referrerUrl(referrer) {
  if (typeof referrer === 'string') {
    if (/^[a-z][a-z0-9+.-]+:/i.test(referrer)) return referrer;
    if (path.isAbsolute(referrer)) return toUrl(referrer);
  }
  return toUrl(path.join(require('internal/main/run').startFolder() ?? process.cwd(), '[eval]'));
}

/** import(specifier) in a module or script named `referrer`. */
async function importDynamic(specifier, referrer, list) {
  return importSpecifier(`${specifier}`, referrerUrl(referrer), list);
}

/** Runs code without a file as an ES module. */
async function importSource(source, url) {
  if (registration !== undefined) await hooksReady();
  const entry = entryOf(new Map(), url, 'module', kNoAttributes);
  entry.map = program;
  entry.record = translate(url, 'module', source);
  entries[entry.record] = entry;
  entry.requests = binding.moduleRequests(entry.record);
  return importEntry(sourceSteps(entry));
}

function* sourceSteps(entry) {
  for (let i = 0; i < entry.requests.length; i += 2)
    entry.links.push(yield* resolveEntry(program, entry.requests[i], entry.url, entry.requests[i + 1]));
  entry.state = 'loaded';
  yield* loadGraph(entry);
  return entry;
}

/** require() of an ES module: its namespace, unless it awaits at top level. */
function requireUrl(url) {
  const entry = entryOf(program, url, 'module', kNoAttributes);
  runNow(loadGraph(entry));
  instantiate(entry);
  const status = binding.status(entry.record);
  if (status === kEvaluating) throw errors.requireCycle(url);
  if (binding.isAsync(entry.record)) throw errors.requireAsync();
  if (entry.evaluation === undefined) {
    entry.evaluation = binding.evaluate(entry.record);
    entry.evaluation.catch(() => {}); // thrown below
  }
  if (binding.status(entry.record) === kErrored) throw binding.exceptionOf(entry.record);
  return requiredExports(entry);
}

/** What require() gives for an ES module: its namespace, which says __esModule when there is a default export. */
function requiredExports(entry) {
  const namespace = binding.namespace(entry.record);
  if (Object.hasOwn(namespace, 'module.exports')) return namespace['module.exports'];
  if (!Object.hasOwn(namespace, 'default') || Object.hasOwn(namespace, '__esModule')) return namespace;
  if (entry.facade === undefined) {
    const text = "export * from 'it'; export { default } from 'it'; export const __esModule = true;";
    entry.facade = translate('node:internal/facade', 'module', text);
    binding.link(entry.facade, [entry.record, entry.record]);
    binding.instantiate(entry.facade);
    binding.evaluate(entry.facade);
  }
  return binding.namespace(entry.facade);
}

/** import.meta.resolve: the default algorithm; with hooks as far as they answer without waiting. */
function resolveFor(url, specifier, parentURL = url) {
  if (typeof specifier !== 'string') throw errors.invalidArgType('specifier', 'string', specifier);
  if (hooks?.isActive()) return hooks.resolveNow(specifier, parentURL);
  try {
    const context = { parentURL, importAttributes: kNoAttributes, conditions: undefined };
    return defaultResolve(specifier, context).url;
  } catch (error) {
    // Node answers for files that do not exist, too.
    const isFile = /^(\.\.?\/|\/|file:)/.test(specifier);
    if (isFile && (error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'ERR_UNSUPPORTED_DIR_IMPORT'))
      return new URL(specifier, parentURL).href;
    throw error;
  }
}

binding.setImportMeta((meta, record) => {
  const entry = entries[record];
  const { url } = entry;
  if (url.startsWith('file:')) {
    meta.dirname = path.dirname(toPath(url));
    meta.filename = toPath(url);
  }
  if (entry.map === program) {
    const allowsParent = require('internal/main/options').get('--experimental-import-meta-resolve');
    meta.resolve = allowsParent
      ? (specifier, parentURL) => resolveFor(url, specifier, parentURL && `${parentURL}`)
      : (specifier) => resolveFor(url, specifier);
  }
  meta.url = url;
  entry.extendMeta?.(meta);
});

/** module.register(): loads hooks and puts them in front of those there are. */
function registerHooks(specifier, parentURL, data) {
  hooks ??= require('internal/modules/esm_hooks');
  if (registration === undefined && !hooks.isActive()) {
    // Nothing to wait for: the hooks are there when this returns, unless they await at top level.
    const entry = runNow(specifierSteps(loaderOwn, specifier, parentURL, undefined));
    instantiate(entry);
    entry.evaluation ??= evaluate(entry);
    const status = binding.status(entry.record);
    if (status === kErrored) throw binding.exceptionOf(entry.record);
    if (!binding.isAsync(entry.record)) {
      const result = hooks.add(entry.url, binding.namespace(entry.record), data);
      if (typeof result?.then === 'function') wait(Promise.resolve(result));
      return;
    }
  }
  const before = registration ?? Promise.resolve();
  wait(
    before.then(async () => {
      const entry = await runSteps(specifierSteps(loaderOwn, specifier, parentURL, undefined));
      await hooks.add(entry.url, await importEntry(graphSteps(entry)), data);
    }),
  );
}

function wait(promise) {
  const mine = promise.finally(() => {
    if (registration === mine) registration = undefined;
  });
  registration = mine;
}

const kUnsettledExitCode = 13;
let running = false;
/** Runs what the program begins with; its failure is an uncaught exception, its never ending is exit code 13. */
async function runEntry(run, url) {
  if (running) return run();
  running = true;
  const onExit = () => {
    if (process.exitCode === undefined) {
      process.exitCode = kUnsettledExitCode;
      explain.unsettled(url);
    }
  };
  process.on('exit', onExit);
  try {
    await run();
    await hooksReady();
  } catch (error) {
    process.off('exit', onExit);
    internalBinding('engine').triggerUncaughtException(error, true, true);
    return undefined;
  } finally {
    running = false;
  }
  process.off('exit', onExit);
  return undefined;
}

/** The program's main module. */
function importMain(url, format) {
  if (hooks !== undefined) return importSpecifier(url, undefined, undefined);
  return importEntry(urlSteps(url, format));
}

function* urlSteps(url, format) {
  return yield* graphSteps(entryOf(program, url, format, kNoAttributes));
}

async function hooksReady() {
  while (registration !== undefined) await registration;
}

module.exports = {
  hooksReady,
  importMain,
  importSpecifier,
  importDynamic,
  importSource,
  requireUrl,
  registerHooks,
  runEntry,
};
