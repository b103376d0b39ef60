'use strict';
// The ES module loader: loads a whole graph, links it, runs it; import(), import.meta; the main ES module of a program.
// Document: Node.js "Modules: ECMAScript modules". Files are read synchronously: evaluation order is what the
// specification says either way, and one thread that waits for a disk gains nothing from a pool.
const path = require('path');
const { moduleRequests, link, instantiate, evaluate, namespace, status, setImportMeta } =
  internalBinding('es_modules');
const { resolve } = require('internal/modules/esm_resolve');
const { translate } = require('internal/modules/esm_translators');
const { toUrl, toPath } = require('internal/modules/file_url');

// v8::Module::Status
const kInstantiated = 2;
const kEvaluating = 3;
const loaded = new Map(); // "type\0url" → entry
const entries = []; // by record number

/** Loads `url` and all it imports, unless they are loaded; `added` collects what is new. */
function loadGraph(url, type, added) {
  const key = `${type ?? ''}\x00${url}`;
  const known = loaded.get(key);
  if (known) return known;
  const { record, format } = translate(url, type);
  const entry = { key, url, format, record, links: new Map(), evaluation: undefined };
  loaded.set(key, entry);
  entries[record] = entry;
  added.push(entry);
  if (format === 'module') {
    const requests = moduleRequests(record);
    for (let i = 0; i < requests.length; i += 2) {
      const [specifier, wanted] = [requests[i], requests[i + 1]];
      const target = loadGraph(resolve(specifier, url), wanted, added);
      entry.links.set(specifier, target);
      link(record, specifier, wanted, target.record);
    }
  }
  return entry;
}

// Says what to do when a name is missing from a CommonJS module, as its names are only guessed from its text.
function explainMissingName(error, added) {
  const match = /^The requested module '(.*)' does not provide an export named '(.*)'$/.exec(
    error?.message ?? '',
  );
  if (!match) return;
  const [, specifier, name] = match;
  if (!added.some((entry) => entry.links.get(specifier)?.format === 'commonjs')) return;
  error.message =
    `Named export '${name}' not found. The requested module '${specifier}' is a CommonJS module, which may not support all ` +
    `module.exports as named exports.\nCommonJS modules can always be imported via the default export, for example using:\n\n` +
    `import pkg from '${specifier}';\nconst { ${name} } = pkg;\n`;
}

/** @returns {Promise<object>} the namespace of the module at `url`, once it has run */
async function importUrl(url, type) {
  const added = [];
  let entry;
  try {
    entry = loadGraph(url, type, added);
  } catch (error) {
    for (const half of added) loaded.delete(half.key); // what could not be linked must not be found by the next import
    throw error;
  }
  if (status(entry.record) < kInstantiated) {
    try {
      instantiate(entry.record);
    } catch (error) {
      explainMissingName(error, added);
      throw error;
    }
  }
  // Asked for by code that runs while this very module's graph is being evaluated: that ends before the next microtask.
  while (status(entry.record) === kEvaluating) await undefined;
  entry.evaluation ??= evaluate(entry.record);
  await entry.evaluation;
  return namespace(entry.record);
}

/** import(specifier) in a module or script named `referrer` (a URL, a path, or a name that is neither). */
async function importDynamic(specifier, referrer, type) {
  let base = referrer;
  if (typeof base !== 'string' || !/^[a-z][a-z0-9+.-]+:/i.test(base)) {
    base = toUrl(
      typeof base === 'string' && path.isAbsolute(base) ? base : path.join(process.cwd(), '[eval1]'),
    );
  }
  return importUrl(resolve(`${specifier}`, base), type);
}

setImportMeta((meta, record) => {
  const { url } = entries[record];
  if (url.startsWith('file:')) {
    meta.filename = toPath(url);
    meta.dirname = path.dirname(meta.filename);
  }
  meta.resolve = (specifier) => {
    if (typeof specifier !== 'string') {
      throw require('internal/modules/errors').invalidArgType('specifier', 'string', specifier);
    }
    try {
      return resolve(specifier, url);
    } catch (error) {
      // Node answers for files that do not exist, too.
      if (error.code === 'ERR_MODULE_NOT_FOUND' && /^(\.\.?\/|\/|file:)/.test(specifier))
        return new URL(specifier, url).href;
      throw error;
    }
  };
  meta.url = url;
});

const kUnsettledExitCode = 13;
/** Runs the program's main module; its failure is an uncaught exception, its never ending is exit code 13. */
async function runEntry(url) {
  const onExit = () => {
    if (process.exitCode === undefined) {
      process.exitCode = kUnsettledExitCode;
      process._rawDebug(`Warning: Detected unsettled top-level await at ${url}`); // too late for emitWarning's tick
    }
  };
  process.on('exit', onExit);
  try {
    await importUrl(url);
  } catch (error) {
    process.off('exit', onExit);
    internalBinding('engine').triggerUncaughtException(error, true, true);
    return;
  }
  process.off('exit', onExit);
}

module.exports = { importUrl, importDynamic, runEntry };
