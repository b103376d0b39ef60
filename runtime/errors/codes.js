'use strict';
// Node's error codes: code -> [message or function of the constructor's arguments, base class, further bases].
// https://nodejs.org/docs/latest-v20.x/api/errors.html#nodejs-error-codes
// A template may hold %s and %d; a function sees the error being made as `this`.

const {
  describe,
  formatList,
  inspect,
  invalidArgType,
  invalidArgValue,
  invalidPackageTarget,
  invalidReturnValue,
  missingArgs,
  oneOf,
  outOfRange,
  unhandledError,
} = require('internal/errors/messages');

const table = {
  __proto__: null,
  ...require('internal/errors/codes_outside'),
  ERR_AMBIGUOUS_ARGUMENT: ['The "%s" argument is ambiguous. %s', 'TypeError'],
  ERR_ARG_NOT_ITERABLE: ['%s must be iterable', 'TypeError'],
  ERR_ASSERTION: ['%s', 'Error'],
  ERR_ASYNC_CALLBACK: [(name) => `${name} must be a function`, 'TypeError'],
  ERR_ASYNC_TYPE: [(name) => `Invalid name for async "type": ${name}`, 'TypeError'],
  ERR_BUFFER_OUT_OF_BOUNDS: [
    (name) =>
      name ? `"${name}" is outside of buffer bounds` : 'Attempt to access memory outside buffer bounds',
    'RangeError',
  ],
  ERR_BUFFER_TOO_LARGE: ['Cannot create a Buffer larger than %s bytes', 'RangeError'],
  ERR_CANNOT_WATCH_SIGINT: ['Cannot watch for SIGINT signals', 'Error'],
  ERR_CONSOLE_WRITABLE_STREAM: ['Console expects a writable stream instance for %s', 'TypeError'],
  ERR_CONTEXT_NOT_INITIALIZED: ['context used is not initialized', 'Error'],
  ERR_CONSTRUCT_CALL_INVALID: ['Constructor cannot be called', 'TypeError'],
  ERR_CONSTRUCT_CALL_REQUIRED: ['Class constructor %s cannot be invoked without `new`', 'TypeError'],
  ERR_DEBUGGER_ERROR: ['%s', 'Error'],
  ERR_DEBUGGER_STARTUP_ERROR: ['%s', 'Error'],
  ERR_DIR_CLOSED: ['Directory handle was closed', 'Error'],
  ERR_DIR_CONCURRENT_OPERATION: [
    'Cannot do synchronous work on directory handle with concurrent asynchronous operations',
    'Error',
  ],
  ERR_DLOPEN_DISABLED: ['Cannot load native addon because loading addons is disabled.', 'Error'],
  ERR_DLOPEN_FAILED: ['%s', 'Error'],
  ERR_DOMAIN_CANNOT_SET_UNCAUGHT_EXCEPTION_CAPTURE: [
    'The `domain` module is in use, which is mutually exclusive with calling ' +
      'process.setUncaughtExceptionCaptureCallback()',
    'Error',
  ],
  ERR_DOMAIN_CALLBACK_NOT_AVAILABLE: [
    'A callback was registered through process.setUncaughtExceptionCaptureCallback(), which is mutually ' +
      'exclusive with using the `domain` module',
    'Error',
  ],
  ERR_DUPLICATE_STARTUP_SNAPSHOT_MAIN_FUNCTION: ['Deserialize main function is already configured.', 'Error'],
  ERR_ENCODING_INVALID_ENCODED_DATA: [
    function (encoding, result) {
      this.errno = result;
      return `The encoded data was not valid for encoding ${encoding}`;
    },
    'TypeError',
  ],
  ERR_ENCODING_NOT_SUPPORTED: [(name) => `The "${name}" encoding is not supported`, 'RangeError'],
  ERR_EVAL_ESM_CANNOT_PRINT: ['--print cannot be used with ESM input', 'Error'],
  ERR_EVENT_RECURSION: ['The event "%s" is already being dispatched', 'Error'],
  ERR_FALSY_VALUE_REJECTION: [
    function (reason) {
      this.reason = reason;
      return 'Promise was rejected with falsy value';
    },
    'Error',
  ],
  ERR_FS_CP_DIR_TO_NON_DIR: ['Cannot overwrite directory with non-directory', 'SystemError'],
  ERR_FS_CP_EEXIST: ['Target already exists', 'SystemError'],
  ERR_FS_CP_EINVAL: ['Invalid src or dest', 'SystemError'],
  ERR_FS_CP_FIFO_PIPE: ['Cannot copy a FIFO pipe', 'SystemError'],
  ERR_FS_CP_NON_DIR_TO_DIR: ['Cannot overwrite non-directory with directory', 'SystemError'],
  ERR_FS_CP_SOCKET: ['Cannot copy a socket file', 'SystemError'],
  ERR_FS_CP_SYMLINK_TO_SUBDIRECTORY: ['Cannot overwrite symlink in subdirectory of self', 'SystemError'],
  ERR_FS_CP_UNKNOWN: ['Cannot copy an unknown file type', 'SystemError'],
  ERR_FS_EISDIR: ['Path is a directory', 'SystemError'],
  ERR_FS_FILE_TOO_LARGE: ['File size (%s) is greater than 2 GiB', 'RangeError'],
  ERR_FS_INVALID_SYMLINK_TYPE: [
    'Symlink type must be one of "dir", "file", or "junction". Received "%s"',
    'Error',
  ],
  ERR_ILLEGAL_CONSTRUCTOR: ['Illegal constructor', 'TypeError'],
  ERR_IMPORT_ASSERTION_TYPE_FAILED: ['Module "%s" is not of type "%s"', 'TypeError'],
  ERR_IMPORT_ASSERTION_TYPE_MISSING: ['Module "%s" needs an import attribute of type "%s"', 'TypeError'],
  ERR_IMPORT_ASSERTION_TYPE_UNSUPPORTED: ['Import attribute type "%s" is unsupported', 'TypeError'],
  ERR_IMPORT_ATTRIBUTE_MISSING: ['Module "%s" needs an import attribute of "%s: %s"', 'TypeError'],
  ERR_IMPORT_ATTRIBUTE_UNSUPPORTED: ['Import attribute "%s" with value "%s" is not supported', 'TypeError'],
  ERR_INCOMPATIBLE_OPTION_PAIR: ['Option "%s" cannot be used in combination with option "%s"', 'TypeError'],
  ERR_INPUT_TYPE_NOT_ALLOWED: [
    '--input-type can only be used with string input via --eval, --print, or STDIN',
    'Error',
  ],
  ERR_INTERNAL_ASSERTION: [
    (message) =>
      `${message ? `${message}\n` : ''}This is caused by a defect in Parley or by incorrect usage of its internals.\n`,
    'Error',
  ],
  ERR_INVALID_ADDRESS: ['Invalid socket address', 'Error'],
  ERR_INVALID_ADDRESS_FAMILY: [
    function (family, host, port) {
      this.host = host;
      this.port = port;
      return `Invalid address family: ${family} ${host}:${port}`;
    },
    'RangeError',
  ],
  ERR_INVALID_ARG_TYPE: [invalidArgType, 'TypeError'],
  ERR_INVALID_ARG_VALUE: [invalidArgValue, 'TypeError', 'RangeError'],
  ERR_INVALID_ASYNC_ID: ['Invalid %s value: %s', 'RangeError'],
  ERR_INVALID_BUFFER_SIZE: ['Buffer size must be a multiple of %s', 'RangeError'],
  ERR_INVALID_CHAR: [
    (name, field) => `Invalid character in ${name}${field === undefined ? '' : ` ["${field}"]`}`,
    'TypeError',
  ],
  ERR_INVALID_CURSOR_POS: ['Cannot set cursor row without setting its column', 'TypeError'],
  ERR_INVALID_FD: ['"fd" must be a positive integer: %s', 'RangeError'],
  ERR_INVALID_FD_TYPE: ['Unsupported fd type: %s', 'TypeError'],
  ERR_INVALID_FILE_URL_HOST: ['File URL host must be "localhost" or empty on %s', 'TypeError'],
  ERR_INVALID_FILE_URL_PATH: ['File URL path %s', 'TypeError'],
  ERR_INVALID_HANDLE_TYPE: ['This handle type cannot be sent', 'TypeError'],
  ERR_INVALID_HTTP_TOKEN: ['%s must be a valid HTTP token ["%s"]', 'TypeError'],
  ERR_INVALID_IP_ADDRESS: ['Invalid IP address: %s', 'TypeError'],
  ERR_INVALID_MIME_SYNTAX: [
    (production, string, invalidIndex) =>
      `The MIME syntax for a ${production} in "${string}" is invalid` +
      `${invalidIndex !== -1 ? ` at ${invalidIndex}` : ''}`,
    'TypeError',
  ],
  ERR_INVALID_MODULE: ['No such module: %s', 'Error'],
  ERR_INVALID_MODULE_SPECIFIER: [
    (request, reason, base) => `Invalid module "${request}" ${reason}${base ? ` imported from ${base}` : ''}`,
    'TypeError',
  ],
  ERR_INVALID_OBJECT_DEFINE_PROPERTY: ['%s', 'TypeError'],
  ERR_INVALID_PACKAGE_CONFIG: [
    (path, base, message) =>
      `Invalid package config ${path}.${base ? ` while importing ${base}.` : ''}${message ? ` ${message}` : ''}`,
    'Error',
  ],
  ERR_INVALID_PACKAGE_TARGET: [invalidPackageTarget, 'Error'],
  ERR_INVALID_PERFORMANCE_MARK: ['The "%s" performance mark has not been set', 'Error'],
  ERR_INVALID_PROTOCOL: ['Protocol "%s" not supported. Expected "%s"', 'TypeError'],
  ERR_INVALID_REPL_EVAL_CONFIG: ['Cannot specify both "breakEvalOnSigint" and "eval" for REPL', 'TypeError'],
  ERR_INVALID_REPL_INPUT: ['%s', 'TypeError'],
  ERR_INVALID_RETURN_PROPERTY: [
    (input, name, prop, value) =>
      `Expected a valid ${input} to be returned for the "${prop}" from the "${name}" hook but got ${value}.`,
    'TypeError',
  ],
  ERR_INVALID_RETURN_PROPERTY_VALUE: [
    (input, name, prop, value) =>
      `Expected ${input} to be returned for the "${prop}" from the "${name}" hook but got ${describe(value)}.`,
    'TypeError',
  ],
  ERR_INVALID_RETURN_VALUE: [invalidReturnValue, 'TypeError', 'RangeError'],
  ERR_INVALID_STATE: ['Invalid state: %s', 'Error', 'TypeError', 'RangeError'],
  ERR_INVALID_SYNC_FORK_INPUT: [
    'Asynchronous forks do not support Buffer, TypedArray, DataView or string input: %s',
    'TypeError',
  ],
  ERR_INVALID_THIS: ['Value of "this" must be of type %s', 'TypeError'],
  ERR_INVALID_TUPLE: ['%s must be an iterable %s tuple', 'TypeError'],
  ERR_INVALID_URI: ['URI malformed', 'URIError'],
  ERR_INVALID_URL: [
    function (input, base = null) {
      this.input = input;
      if (base != null) this.base = base;
      return 'Invalid URL';
    },
    'TypeError',
  ],
  ERR_INVALID_URL_SCHEME: [
    (expected) => `The URL must be of scheme ${oneOf(Array.isArray(expected) ? expected : [expected])}`,
    'TypeError',
  ],
  ERR_IP_BLOCKED: [(ip) => `IP(${ip}) is blocked by net.BlockList`, 'Error'],
  ERR_LOADER_CHAIN_INCOMPLETE: [
    '"%s" did not call the next hook in its chain and did not explicitly signal a short circuit. ' +
      "If this is intentional, include `shortCircuit: true` in the hook's return.",
    'Error',
  ],
  ERR_MANIFEST_ASSERT_INTEGRITY: ['The content of "%s" does not match the expected integrity.', 'Error'],
  ERR_METHOD_NOT_IMPLEMENTED: ['The %s method is not implemented', 'Error'],
  ERR_MISSING_ARGS: [missingArgs, 'TypeError'],
  ERR_MISSING_OPTION: ['%s is required', 'TypeError'],
  ERR_MISSING_TRANSFERABLE_IN_TRANSFER_LIST: [
    'Object that needs transfer was found in message but not listed in transferList',
    'TypeError',
  ],
  ERR_MODULE_NOT_FOUND: [
    function (path, base, exactUrl) {
      if (exactUrl) this.url = `${exactUrl}`;
      return `Cannot find ${exactUrl ? 'module' : 'package'} '${path}' imported from ${base}`;
    },
    'Error',
  ],
  ERR_MULTIPLE_CALLBACK: ['Callback called multiple times', 'Error'],
  ERR_NAPI_CONS_FUNCTION: ['Constructor must be a function', 'TypeError'],
  ERR_NAPI_INVALID_DATAVIEW_ARGS: [
    'byte_offset + byte_length should be less than or equal to the size in bytes of the array passed in',
    'RangeError',
  ],
  ERR_NAPI_INVALID_TYPEDARRAY_ALIGNMENT: ['start offset of %s should be a multiple of %s', 'RangeError'],
  ERR_NAPI_INVALID_TYPEDARRAY_LENGTH: ['Invalid typed array length', 'RangeError'],
  ERR_NOT_BUILDING_SNAPSHOT: ['Operation cannot be invoked when not building startup snapshot', 'Error'],
  ERR_NOT_IN_SINGLE_EXECUTABLE_APPLICATION: [
    'Operation cannot be invoked when not in a single-executable application',
    'Error',
  ],
  ERR_NOT_SUPPORTED_IN_SNAPSHOT: ['%s is not supported in startup snapshot', 'Error'],
  ERR_NO_CRYPTO: ['Node.js is not compiled with OpenSSL crypto support', 'Error'],
  ERR_NO_ICU: ['%s is not supported on Node.js compiled without ICU', 'TypeError'],
  ERR_OPERATION_FAILED: ['Operation failed: %s', 'Error', 'TypeError'],
  ERR_OUT_OF_RANGE: [outOfRange, 'RangeError'],
  ERR_PACKAGE_IMPORT_NOT_DEFINED: [
    (specifier, path, base) =>
      `Package import specifier "${specifier}" is not defined` +
      `${path ? ` in package ${path}package.json` : ''} imported from ${base}`,
    'TypeError',
  ],
  ERR_PACKAGE_PATH_NOT_EXPORTED: [
    (path, subpath, base = undefined) => {
      const from = base ? ` imported from ${base}` : '';
      if (subpath === '.') return `No "exports" main defined in ${path}package.json${from}`;
      return `Package subpath '${subpath}' is not defined by "exports" in ${path}package.json${from}`;
    },
    'Error',
  ],
  ERR_PARSE_ARGS_INVALID_OPTION_VALUE: ['%s', 'TypeError'],
  ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL: [
    (argument) => `Unexpected argument '${argument}'. This command does not take positional arguments`,
    'TypeError',
  ],
  ERR_PARSE_ARGS_UNKNOWN_OPTION: [
    (option, allowPositionals) => {
      const hint = allowPositionals
        ? `. To specify a positional argument starting with a '-', place it at the end of the command after ` +
          `'--', as in '-- ${JSON.stringify(option)}`
        : '';
      return `Unknown option '${option}'${hint}`;
    },
    'TypeError',
  ],
  ERR_PERFORMANCE_INVALID_TIMESTAMP: ['%d is not a valid timestamp', 'TypeError'],
  ERR_PERFORMANCE_MEASURE_INVALID_OPTIONS: ['%s', 'TypeError'],
  ERR_REQUIRE_ESM: [
    function (filename, hasEsmSyntax, parentPath = null) {
      let message = `require() of ES Module ${filename}${parentPath ? ` from ${parentPath}` : ''} not supported.`;
      if (hasEsmSyntax) {
        message +=
          `\nInstead change the require of ${filename} in ${parentPath} to a dynamic import() which is ` +
          'available in all CommonJS modules.';
      }
      return message;
    },
    'Error',
  ],
  ERR_SCRIPT_EXECUTION_INTERRUPTED: ['Script execution was interrupted by `SIGINT`', 'Error'],
  ERR_SCRIPT_EXECUTION_TIMEOUT: ['Script execution timed out after %sms', 'Error'],
  ERR_SINGLE_EXECUTABLE_APPLICATION_ASSET_NOT_FOUND: [
    'Cannot find asset %s for the single executable application',
    'Error',
  ],
  ERR_SRI_PARSE: ['Subresource Integrity string %j had an unexpected %j at position %d', 'SyntaxError'],
  ERR_SYNTHETIC: ['JavaScript Callstack', 'Error'],
  ERR_SYSTEM_ERROR: ['A system error occurred', 'SystemError'],
  ERR_TEST_FAILURE: [
    function (error, failureType) {
      this.failureType = failureType;
      this.cause = error;
      const message = error?.message ?? error;
      return typeof message === 'string' ? message : inspect(message);
    },
    'Error',
  ],
  ERR_UNAVAILABLE_DURING_EXIT: ['Cannot call function in process exit handler', 'Error'],
  ERR_UNCAUGHT_EXCEPTION_CAPTURE_ALREADY_SET: [
    '`process.setupUncaughtExceptionCapture()` was called while a capture callback was already active',
    'Error',
  ],
  ERR_UNESCAPED_CHARACTERS: ['%s contains unescaped characters', 'TypeError'],
  ERR_UNHANDLED_ERROR: [unhandledError, 'Error'],
  ERR_UNKNOWN_BUILTIN_MODULE: ['No such built-in module: %s', 'Error'],
  ERR_UNKNOWN_CREDENTIAL: ['%s identifier does not exist: %s', 'Error'],
  ERR_UNKNOWN_FILE_EXTENSION: ['Unknown file extension "%s" for %s', 'TypeError'],
  ERR_UNKNOWN_MODULE_FORMAT: ['Unknown module format: %s for URL %s', 'RangeError'],
  ERR_UNKNOWN_SIGNAL: ['Unknown signal: %s', 'TypeError'],
  ERR_UNSUPPORTED_DIR_IMPORT: [
    function (path, base, exactUrl) {
      this.url = exactUrl;
      return `Directory import '${path}' is not supported resolving ES modules imported from ${base}`;
    },
    'Error',
  ],
  ERR_UNSUPPORTED_ESM_URL_SCHEME: [
    (url, supported) =>
      `Only URLs with a scheme in: ${formatList(supported)} are supported by the default ESM loader. ` +
      `Received protocol '${url.protocol}'`,
    'Error',
  ],
  ERR_UNSUPPORTED_RESOLVE_REQUEST: [
    'Failed to resolve module specifier "%s" from "%s": Invalid relative URL or base scheme is not hierarchical.',
    'TypeError',
  ],
  ERR_USE_AFTER_CLOSE: ['%s was closed', 'Error'],
  ERR_VALID_PERFORMANCE_ENTRY_TYPE: ['At least one valid performance entry type is required', 'Error'],
  ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING: ['A dynamic import callback was not specified.', 'TypeError'],
  ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING_FLAG: [
    'A dynamic import callback was invoked without --experimental-vm-modules',
    'TypeError',
  ],
  ERR_VM_MODULE_ALREADY_LINKED: ['Module has already been linked', 'Error'],
  ERR_VM_MODULE_CANNOT_CREATE_CACHED_DATA: [
    'Cached data cannot be created for a module which has been evaluated',
    'Error',
  ],
  ERR_VM_MODULE_DIFFERENT_CONTEXT: ['Linked modules must use the same context', 'Error'],
  ERR_VM_MODULE_LINK_FAILURE: [
    function (message, cause) {
      this.cause = cause;
      return message;
    },
    'Error',
  ],
  ERR_VM_MODULE_NOT_MODULE: ['Provided module is not an instance of Module', 'Error'],
  ERR_VM_MODULE_STATUS: ['Module status %s', 'Error'],
};

module.exports = { table };
