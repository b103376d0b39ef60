'use strict';
// The errors of both module loaders, with Node's codes and messages (Node.js "Errors" and "Modules: Packages").

/** An error as Node makes them: `code` is an own property and part of the stack's first line. */
function nodeError(Base, code, message) {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  const error = new Base(message);
  Error.stackTraceLimit = limit;
  const name = error.name;
  Object.defineProperty(error, 'name', {
    value: `${name} [${code}]`,
    enumerable: false,
    writable: true,
    configurable: true,
  });
  Error.captureStackTrace(error, nodeError);
  error.stack; // formats the first line while the name carries the code
  delete error.name;
  Object.defineProperty(error, 'toString', {
    value() {
      return `${this.name} [${code}]: ${this.message}`;
    },
    enumerable: false,
    writable: true,
    configurable: true,
  });
  error.code = code;
  return error;
}

const from = (base) => (base ? ` imported from ${base}` : '');

function withUrl(error, value) {
  return Object.defineProperty(error, 'url', { value, enumerable: true, writable: true, configurable: true });
}

const moduleErrors = {
  moduleNotFound(request, requireStack) {
    let message = `Cannot find module '${request}'`;
    if (requireStack.length > 0) message += `\nRequire stack:\n- ${requireStack.join('\n- ')}`;
    const error = new Error(message);
    Error.captureStackTrace(error, moduleErrors.moduleNotFound);
    error.code = 'MODULE_NOT_FOUND';
    error.requireStack = requireStack;
    return error;
  },
  /** @param {boolean} [isWritten] as an ES module: its syntax says so */
  requireEsm(filename, packageJson, parentPath, isWritten) {
    let message = `require() of ES Module ${filename}${parentPath ? ` from ${parentPath}` : ''} not supported.`;
    const name = require('path').basename(filename);
    if (filename.endsWith('.mjs')) {
      message += `\nInstead change the require of ${filename} to a dynamic import() which is available in all CommonJS modules.`;
    } else if (isWritten) {
      message +=
        `\nInstead change the require of ${name} in ${parentPath ?? null} to a dynamic import() which is available in ` +
        `all CommonJS modules.`;
    } else {
      message +=
        `\n${name} is treated as an ES module file as it is a .js file whose nearest parent package.json contains ` +
        `"type": "module" which declares all .js files in that package scope as ES modules.\nInstead either rename ${name} to end ` +
        `in .cjs, change the requiring code to use dynamic import() which is available in all CommonJS modules, or change ` +
        `"type": "module" to "type": "commonjs" in ${packageJson} to treat all .js files as CommonJS (using .mjs for all ES ` +
        `modules instead).\n`;
    }
    return nodeError(Error, 'ERR_REQUIRE_ESM', message);
  },
  unknownBuiltin: (id) => nodeError(Error, 'ERR_UNKNOWN_BUILTIN_MODULE', `No such built-in module: ${id}`),
  esmNotFound(path, base, url) {
    const kind = url === undefined ? 'package' : 'module';
    const error = nodeError(Error, 'ERR_MODULE_NOT_FOUND', `Cannot find ${kind} '${path}'${from(base)}`);
    return url === undefined ? error : withUrl(error, url);
  },
  directoryImport(path, base, url) {
    const message = `Directory import '${path}' is not supported resolving ES modules${from(base)}`;
    return withUrl(nodeError(Error, 'ERR_UNSUPPORTED_DIR_IMPORT', message), url);
  },
  invalidSpecifier: (request, reason, base) =>
    nodeError(
      TypeError,
      'ERR_INVALID_MODULE_SPECIFIER',
      `Invalid module "${request}" ${reason}${from(base)}`,
    ),
  invalidPackageConfig(path, base, detail) {
    const message = `Invalid package config ${path}${base ? ` while importing ${base}` : ''}.${detail ? ` ${detail}` : ''}`;
    return nodeError(Error, 'ERR_INVALID_PACKAGE_CONFIG', message);
  },
  invalidPackageTarget(folder, key, target, isImport, base) {
    const relative =
      typeof target === 'string' && !isImport && target.length > 0 && !target.startsWith('./')
        ? '; targets must start with "./"'
        : '';
    const what =
      key === '.'
        ? `Invalid "exports" main target ${JSON.stringify(target)} defined in the package config`
        : `Invalid "${isImport ? 'imports' : 'exports'}" target ${JSON.stringify(target)} defined for '${key}' in the package config`;
    return nodeError(
      Error,
      'ERR_INVALID_PACKAGE_TARGET',
      `${what} ${folder}/package.json${from(base)}${relative}`,
    );
  },
  pathNotExported(folder, subpath, base) {
    const what =
      subpath === '.'
        ? `No "exports" main defined in ${folder}/package.json`
        : `Package subpath '${subpath}' is not defined by "exports" in ${folder}/package.json`;
    return nodeError(Error, 'ERR_PACKAGE_PATH_NOT_EXPORTED', what + from(base));
  },
  importNotDefined: (specifier, folder, base) =>
    nodeError(
      TypeError,
      'ERR_PACKAGE_IMPORT_NOT_DEFINED',
      `Package import specifier "${specifier}" is not defined${folder ? ` in package ${folder}/package.json` : ''}${from(base)}`,
    ),
  unknownExtension: (extension, path) =>
    nodeError(TypeError, 'ERR_UNKNOWN_FILE_EXTENSION', `Unknown file extension "${extension}" for ${path}`),
  unknownFormat: (format, url) =>
    nodeError(RangeError, 'ERR_UNKNOWN_MODULE_FORMAT', `Unknown module format: ${format} for URL ${url}`),
  unsupportedScheme: (protocol) =>
    nodeError(
      Error,
      'ERR_UNSUPPORTED_ESM_URL_SCHEME',
      `Only URLs with a scheme in: file, data, and node are supported by the default ESM loader. Received protocol '${protocol}'`,
    ),
  badSource(source, url, format) {
    const { ERR_INVALID_RETURN_PROPERTY_VALUE } = require('internal/errors').codes;
    const expected = format === 'module' ? 'a string, an ArrayBuffer, or a TypedArray' : 'a string';
    return new ERR_INVALID_RETURN_PROPERTY_VALUE(expected, 'load', 'source', source);
  },
  requireAsync: () =>
    nodeError(
      Error,
      'ERR_REQUIRE_ASYNC_MODULE',
      'require() cannot be used on an ESM graph with top-level await. Use import() instead. To see where the' +
        ' top-level await comes from, use --experimental-print-required-tla.',
    ),
  requireCycle: (url) =>
    nodeError(
      Error,
      'ERR_REQUIRE_CYCLE_MODULE',
      `Cannot require() ES Module ${require('internal/modules/file_url').toPath(url)} in a cycle.`,
    ),
  unresolvable(specifier, base) {
    const message = `Failed to resolve module specifier "${specifier}"${base ? ` from "${base}"` : ''}: Invalid relative URL or base scheme is not hierarchical.`;
    const error = nodeError(TypeError, 'ERR_UNSUPPORTED_RESOLVE_REQUEST', message);
    error.input = specifier;
    return error;
  },
  attributeUnsupported: (key, value) =>
    nodeError(
      TypeError,
      'ERR_IMPORT_ATTRIBUTE_UNSUPPORTED',
      `Import attribute "${key}" with value "${value}" is not supported`,
    ),
  assertionMissing: (url, type) =>
    nodeError(
      TypeError,
      'ERR_IMPORT_ASSERTION_TYPE_MISSING',
      `Module "${url}" needs an import attribute of type "${type}"`,
    ),
  assertionFailed: (url, type) =>
    nodeError(TypeError, 'ERR_IMPORT_ASSERTION_TYPE_FAILED', `Module "${url}" is not of type "${type}"`),
  assertionUnsupported: (type) =>
    nodeError(
      TypeError,
      'ERR_IMPORT_ASSERTION_TYPE_UNSUPPORTED',
      `Import attribute type "${type}" is unsupported`,
    ),
  invalidArgType(name, expected, actual) {
    const { ERR_INVALID_ARG_TYPE } = require('internal/errors').codes;
    return new ERR_INVALID_ARG_TYPE(name, expected, actual);
  },
  invalidArgValue(name, value, reason) {
    const { ERR_INVALID_ARG_VALUE } = require('internal/errors').codes;
    return new ERR_INVALID_ARG_VALUE(name, value, reason);
  },
  notImplemented: (what) =>
    nodeError(Error, 'ERR_NOT_IMPLEMENTED', `${what} is not implemented in Parley yet`),
};

module.exports = moduleErrors;
