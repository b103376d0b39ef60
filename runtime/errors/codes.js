'use strict';
// Node's error codes: code -> [message or function of the constructor's arguments, base class, further bases].
// https://nodejs.org/docs/latest-v20.x/api/errors.html#nodejs-error-codes
// A template may hold %s and %d; a function sees the error being made as `this`.

function inspect(value, options) {
  return require('internal/util/inspect').inspect(value, options);
}

// "an instance of Foo", "type string ('abc')", "function name", "undefined".
function describe(value) {
  if (value == null) return `${value}`;
  if (typeof value === 'function') return `function ${value.name}`;
  if (typeof value === 'object') {
    if (value.constructor?.name) return `an instance of ${value.constructor.name}`;
    return inspect(value, { depth: -1 });
  }
  let text = inspect(value, { colors: false });
  if (text.length > 28) text = `${text.slice(0, 25)}...`;
  return `type ${typeof value} (${text})`;
}

// ['a', 'b', 'c'] -> "a, b, or c".
function formatList(list, word = 'and') {
  if (list.length <= 1) return `${list[0]}`;
  if (list.length === 2) return `${list[0]} ${word} ${list[1]}`;
  return `${list.slice(0, -1).join(', ')}, ${word} ${list[list.length - 1]}`;
}

function separateThousands(digits) {
  let result = '';
  let end = digits.length;
  const start = digits[0] === '-' ? 1 : 0;
  for (; end >= start + 4; end -= 3) result = `_${digits.slice(end - 3, end)}${result}`;
  return `${digits.slice(0, end)}${result}`;
}

const PRIMITIVES = new Set([
  'string',
  'function',
  'number',
  'object',
  'Function',
  'Object',
  'boolean',
  'bigint',
  'symbol',
]);

function oneOf(list) {
  if (list.length > 2) return `one of ${formatList(list, 'or')}`;
  if (list.length === 2) return `one of ${list[0]} or ${list[1]}`;
  return list[0];
}

function invalidArgType(name, expected, actual) {
  if (!Array.isArray(expected)) expected = [expected];
  let message = 'The ';
  if (name.endsWith(' argument')) message += `${name} `;
  else message += `"${name}" ${name.includes('.') ? 'property' : 'argument'} `;
  message += 'must be ';
  const types = [];
  const instances = [];
  const others = [];
  for (const value of expected) {
    if (PRIMITIVES.has(value)) types.push(value.toLowerCase());
    else if (/^([A-Z][a-z0-9]*)+$/.test(value)) instances.push(value);
    else others.push(value);
  }
  // With other classes in the list, "object" is read as the class.
  if (instances.length > 0 && types.includes('object')) {
    types.splice(types.indexOf('object'), 1);
    instances.push('Object');
  }
  const parts = [];
  if (types.length > 0)
    parts.push(`${types.length > 1 ? 'one of type' : 'of type'} ${formatList(types, 'or')}`);
  if (instances.length > 0) parts.push(`an instance of ${formatList(instances, 'or')}`);
  if (others.length > 0) {
    if (others.length > 1) {
      parts.push(oneOf(others));
    } else {
      parts.push(others[0].toLowerCase() !== others[0] ? `an ${others[0]}` : others[0]);
    }
  }
  return `${message}${parts.join(' or ')}. Received ${describe(actual)}`;
}

function outOfRange(name, range, received, replaceDefault = false) {
  let shown;
  if (Number.isInteger(received) && Math.abs(received) > 2 ** 32) {
    shown = separateThousands(String(received));
  } else if (typeof received === 'bigint') {
    shown = String(received);
    if (received > 2n ** 32n || received < -(2n ** 32n)) shown = separateThousands(shown);
    shown += 'n';
  } else {
    shown = inspect(received);
  }
  const start = replaceDefault ? name : `The value of "${name}" is out of range.`;
  return `${start} It must be ${range}. Received ${shown}`;
}

function invalidArgValue(name, value, reason = 'is invalid') {
  let text = inspect(value);
  if (text.length > 128) text = `${text.slice(0, 128)}...`;
  return `The ${name.includes('.') ? 'property' : 'argument'} '${name}' ${reason}. Received ${text}`;
}

function missingArgs(...args) {
  const names = args.map((a) => (Array.isArray(a) ? a.map((x) => `"${x}"`).join(' or ') : `"${a}"`));
  return `The ${formatList(names)} argument${names.length > 1 ? 's' : ''} must be specified`;
}

function invalidReturnValue(input, name, value) {
  return `Expected ${input} to be returned from the "${name}" function but got ${describe(value)}.`;
}

function unhandledError(error = undefined) {
  const start = 'Unhandled error.';
  if (error === undefined) return start;
  this.context = error;
  return `${start} (${error})`;
}

function invalidPackageTarget(path, key, target, isImport = false, base = undefined) {
  const relative = typeof target === 'string' && !isImport && target.length > 0 && !target.startsWith('./');
  const from = base ? ` imported from ${base}` : '';
  const hint = relative ? '; targets must start with "./"' : '';
  if (key === '.') {
    return (
      `Invalid "exports" main target ${JSON.stringify(target)} defined in the package config ` +
      `${path}package.json${from}${hint}`
    );
  }
  return (
    `Invalid "${isImport ? 'imports' : 'exports'}" target ${JSON.stringify(target)} defined for '${key}' ` +
    `in the package config ${path}package.json${from}${hint}`
  );
}

const table = {
  __proto__: null,
  ERR_AMBIGUOUS_ARGUMENT: ['The "%s" argument is ambiguous. %s', 'TypeError'],
  ERR_ARG_NOT_ITERABLE: ['%s must be iterable', 'TypeError'],
  ERR_ASSERTION: ['%s', 'Error'],
  ERR_ASYNC_CALLBACK: [(name) => `${name} must be a function`, 'TypeError'],
  ERR_ASYNC_TYPE: [(name) => `Invalid name for async "type": ${name}`, 'TypeError'],
  ERR_BROTLI_INVALID_PARAM: ['%s is not a valid Brotli parameter', 'RangeError'],
  ERR_BUFFER_OUT_OF_BOUNDS: [
    (name) =>
      name ? `"${name}" is outside of buffer bounds` : 'Attempt to access memory outside buffer bounds',
    'RangeError',
  ],
  ERR_BUFFER_TOO_LARGE: ['Cannot create a Buffer larger than %s bytes', 'RangeError'],
  ERR_CANNOT_WATCH_SIGINT: ['Cannot watch for SIGINT signals', 'Error'],
  ERR_CHILD_CLOSED_BEFORE_REPLY: ['Child closed before reply received', 'Error'],
  ERR_CHILD_PROCESS_IPC_REQUIRED: [
    "Forked processes must have an IPC channel, missing value 'ipc' in %s",
    'Error',
  ],
  ERR_CHILD_PROCESS_STDIO_MAXBUFFER: ['%s maxBuffer length exceeded', 'RangeError'],
  ERR_CONSOLE_WRITABLE_STREAM: ['Console expects a writable stream instance for %s', 'TypeError'],
  ERR_CONTEXT_NOT_INITIALIZED: ['context used is not initialized', 'Error'],
  ERR_CONSTRUCT_CALL_INVALID: ['Constructor cannot be called', 'TypeError'],
  ERR_CONSTRUCT_CALL_REQUIRED: ['Class constructor %s cannot be invoked without `new`', 'TypeError'],
  ERR_CRYPTO_CUSTOM_ENGINE_NOT_SUPPORTED: ['Custom engines not supported by this OpenSSL', 'Error'],
  ERR_CRYPTO_ECDH_INVALID_FORMAT: ['Invalid ECDH format: %s', 'TypeError'],
  ERR_CRYPTO_ECDH_INVALID_PUBLIC_KEY: ['Public key is not valid for specified curve', 'Error'],
  ERR_CRYPTO_ENGINE_UNKNOWN: ['Engine "%s" was not found', 'Error'],
  ERR_CRYPTO_FIPS_FORCED: ['Cannot set FIPS mode, it was forced with --force-fips at startup.', 'Error'],
  ERR_CRYPTO_FIPS_UNAVAILABLE: ['Cannot set FIPS mode in a non-FIPS build.', 'Error'],
  ERR_CRYPTO_HASH_FINALIZED: ['Digest already called', 'Error'],
  ERR_CRYPTO_HASH_UPDATE_FAILED: ['Hash update failed', 'Error'],
  ERR_CRYPTO_INCOMPATIBLE_KEY: ['Incompatible %s: %s', 'Error'],
  ERR_CRYPTO_INCOMPATIBLE_KEY_OPTIONS: ['The selected key encoding %s %s.', 'Error'],
  ERR_CRYPTO_INITIALIZATION_FAILED: ['Initialization failed', 'Error'],
  ERR_CRYPTO_INVALID_AUTH_TAG: ['Invalid authentication tag', 'TypeError'],
  ERR_CRYPTO_INVALID_COUNTER: ['Invalid counter', 'TypeError'],
  ERR_CRYPTO_INVALID_CURVE: ['Invalid EC curve name', 'TypeError'],
  ERR_CRYPTO_INVALID_DIGEST: ['Invalid digest: %s', 'TypeError'],
  ERR_CRYPTO_INVALID_IV: ['Invalid initialization vector', 'TypeError'],
  ERR_CRYPTO_INVALID_JWK: ['Invalid JWK data', 'TypeError'],
  ERR_CRYPTO_INVALID_KEYLEN: ['Invalid key length', 'RangeError'],
  ERR_CRYPTO_INVALID_KEYPAIR: ['Invalid key pair', 'RangeError'],
  ERR_CRYPTO_INVALID_KEYTYPE: ['Invalid key type', 'RangeError'],
  ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE: ['Invalid key object type %s, expected %s.', 'TypeError'],
  ERR_CRYPTO_INVALID_MESSAGELEN: ['Invalid message length', 'RangeError'],
  ERR_CRYPTO_INVALID_SCRYPT_PARAMS: ['Invalid scrypt params', 'RangeError'],
  ERR_CRYPTO_INVALID_STATE: ['Invalid state for operation %s', 'Error'],
  ERR_CRYPTO_INVALID_TAG_LENGTH: ['Invalid taglength', 'RangeError'],
  ERR_CRYPTO_JWK_UNSUPPORTED_CURVE: ['Unsupported JWK EC curve: %s.', 'Error'],
  ERR_CRYPTO_JWK_UNSUPPORTED_KEY_TYPE: ['Unsupported JWK Key Type.', 'Error'],
  ERR_CRYPTO_OPERATION_FAILED: ['%s', 'Error'],
  ERR_CRYPTO_PBKDF2_ERROR: ['PBKDF2 error', 'Error'],
  ERR_CRYPTO_SCRYPT_INVALID_PARAMETER: ['Invalid scrypt parameter', 'Error'],
  ERR_CRYPTO_SCRYPT_NOT_SUPPORTED: ['Scrypt algorithm not supported', 'Error'],
  ERR_CRYPTO_SIGN_KEY_REQUIRED: ['No key provided to sign', 'Error'],
  ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH: ['Input buffers must have the same byte length', 'RangeError'],
  ERR_CRYPTO_UNKNOWN_CIPHER: ['Unknown cipher', 'Error'],
  ERR_CRYPTO_UNKNOWN_DH_GROUP: ['Unknown DH group', 'Error'],
  ERR_CRYPTO_UNSUPPORTED_OPERATION: ['Unsupported crypto operation', 'Error'],
  ERR_DEBUGGER_ERROR: ['%s', 'Error'],
  ERR_DEBUGGER_STARTUP_ERROR: ['%s', 'Error'],
  ERR_DIR_CLOSED: ['Directory handle was closed', 'Error'],
  ERR_DIR_CONCURRENT_OPERATION: [
    'Cannot do synchronous work on directory handle with concurrent asynchronous operations',
    'Error',
  ],
  ERR_DLOPEN_DISABLED: ['Cannot load native addon because loading addons is disabled.', 'Error'],
  ERR_DLOPEN_FAILED: ['%s', 'Error'],
  ERR_DNS_SET_SERVERS_FAILED: ['c-ares failed to set servers: "%s" [%s]', 'Error'],
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
  ERR_FEATURE_UNAVAILABLE_ON_PLATFORM: [
    'The feature %s is unavailable on the current platform, which is being used to run Node.js',
    'TypeError',
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
  ERR_HTTP2_ALTSVC_INVALID_ORIGIN: ['HTTP/2 ALTSVC frames require a valid origin', 'TypeError'],
  ERR_HTTP2_ALTSVC_LENGTH: ['HTTP/2 ALTSVC frames are limited to 16382 bytes', 'TypeError'],
  ERR_HTTP2_CONNECT_AUTHORITY: [':authority header is required for CONNECT requests', 'Error'],
  ERR_HTTP2_CONNECT_PATH: ['The :path header is forbidden for CONNECT requests', 'Error'],
  ERR_HTTP2_CONNECT_SCHEME: ['The :scheme header is forbidden for CONNECT requests', 'Error'],
  ERR_HTTP2_ERROR: ['%s', 'Error'],
  ERR_HTTP2_GOAWAY_SESSION: ['New streams cannot be created after receiving a GOAWAY', 'Error'],
  ERR_HTTP2_HEADERS_AFTER_RESPOND: ['Cannot specify additional headers after response initiated', 'Error'],
  ERR_HTTP2_HEADERS_SENT: ['Response has already been initiated.', 'Error'],
  ERR_HTTP2_HEADER_SINGLE_VALUE: ['Header field "%s" must only have a single value', 'TypeError'],
  ERR_HTTP2_INFO_STATUS_NOT_ALLOWED: ['Informational status codes cannot be used', 'RangeError'],
  ERR_HTTP2_INVALID_CONNECTION_HEADERS: [
    'HTTP/1 Connection specific headers are forbidden: "%s"',
    'TypeError',
  ],
  ERR_HTTP2_INVALID_HEADER_VALUE: ['Invalid value "%s" for header "%s"', 'TypeError'],
  ERR_HTTP2_INVALID_INFO_STATUS: ['Invalid informational status code: %s', 'RangeError'],
  ERR_HTTP2_INVALID_ORIGIN: ['HTTP/2 ORIGIN frames require a valid origin', 'TypeError'],
  ERR_HTTP2_INVALID_PACKED_SETTINGS_LENGTH: [
    'Packed settings length must be a multiple of six',
    'RangeError',
  ],
  ERR_HTTP2_INVALID_PSEUDOHEADER: ['"%s" is an invalid pseudoheader or is used incorrectly', 'TypeError'],
  ERR_HTTP2_INVALID_SESSION: ['The session has been destroyed', 'Error'],
  ERR_HTTP2_INVALID_SETTING_VALUE: [
    function (name, actual, min, max) {
      this.actual = actual;
      if (min !== undefined) {
        this.min = min;
        this.max = max;
      }
      return `Invalid value for setting "${name}": ${actual}`;
    },
    'TypeError',
    'RangeError',
  ],
  ERR_HTTP2_INVALID_STREAM: ['The stream has been destroyed', 'Error'],
  ERR_HTTP2_MAX_PENDING_SETTINGS_ACK: ['Maximum number of pending settings acknowledgements', 'Error'],
  ERR_HTTP2_NESTED_PUSH: ['A push stream cannot initiate another push stream.', 'Error'],
  ERR_HTTP2_NO_MEM: ['Out of memory', 'Error'],
  ERR_HTTP2_NO_SOCKET_MANIPULATION: [
    'HTTP/2 sockets should not be directly manipulated (e.g. read and written)',
    'Error',
  ],
  ERR_HTTP2_ORIGIN_LENGTH: ['HTTP/2 ORIGIN frames are limited to 16382 bytes', 'TypeError'],
  ERR_HTTP2_OUT_OF_STREAMS: ['No stream ID is available because maximum stream ID has been reached', 'Error'],
  ERR_HTTP2_PAYLOAD_FORBIDDEN: ['Responses with %s status must not have a payload', 'Error'],
  ERR_HTTP2_PING_CANCEL: ['HTTP2 ping cancelled', 'Error'],
  ERR_HTTP2_PING_LENGTH: ['HTTP2 ping payload must be 8 bytes', 'RangeError'],
  ERR_HTTP2_PSEUDOHEADER_NOT_ALLOWED: ['Cannot set HTTP/2 pseudo-headers', 'TypeError'],
  ERR_HTTP2_PUSH_DISABLED: ['HTTP/2 client has disabled push streams', 'Error'],
  ERR_HTTP2_SEND_FILE: ['Directories cannot be sent', 'Error'],
  ERR_HTTP2_SEND_FILE_NOSEEK: ['Offset or length can only be specified for regular files', 'Error'],
  ERR_HTTP2_SESSION_ERROR: ['Session closed with error code %s', 'Error'],
  ERR_HTTP2_SETTINGS_CANCEL: ['HTTP2 session settings canceled', 'Error'],
  ERR_HTTP2_SOCKET_BOUND: ['The socket is already bound to an Http2Session', 'Error'],
  ERR_HTTP2_SOCKET_UNBOUND: ['The socket has been disconnected from the Http2Session', 'Error'],
  ERR_HTTP2_STATUS_101: ['HTTP status code 101 (Switching Protocols) is forbidden in HTTP/2', 'Error'],
  ERR_HTTP2_STATUS_INVALID: ['Invalid status code: %s', 'RangeError'],
  ERR_HTTP2_STREAM_CANCEL: [
    function (error) {
      let message = 'The pending stream has been canceled';
      if (error) {
        this.cause = error;
        if (typeof error.message === 'string') message += ` (caused by: ${error.message})`;
      }
      return message;
    },
    'Error',
  ],
  ERR_HTTP2_STREAM_ERROR: ['Stream closed with error code %s', 'Error'],
  ERR_HTTP2_STREAM_SELF_DEPENDENCY: ['A stream cannot depend on itself', 'Error'],
  ERR_HTTP2_TOO_MANY_INVALID_FRAMES: ['Too many invalid HTTP/2 frames', 'Error'],
  ERR_HTTP2_TRAILERS_ALREADY_SENT: ['Trailing headers have already been sent', 'Error'],
  ERR_HTTP2_TRAILERS_NOT_READY: [
    'Trailing headers cannot be sent until after the wantTrailers event is emitted',
    'Error',
  ],
  ERR_HTTP2_UNSUPPORTED_PROTOCOL: ['protocol "%s" is unsupported.', 'Error'],
  ERR_HTTP_BODY_NOT_ALLOWED: [
    'Adding content for this request method or response status is not allowed.',
    'Error',
  ],
  ERR_HTTP_CONTENT_LENGTH_MISMATCH: [
    "Response body's content-length of %s byte(s) does not match the content-length of %s byte(s) set in header",
    'Error',
  ],
  ERR_HTTP_HEADERS_SENT: ['Cannot %s headers after they are sent to the client', 'Error'],
  ERR_HTTP_INVALID_HEADER_VALUE: ['Invalid value "%s" for header "%s"', 'TypeError'],
  ERR_HTTP_INVALID_STATUS_CODE: ['Invalid status code: %s', 'RangeError'],
  ERR_HTTP_REQUEST_TIMEOUT: ['Request timeout', 'Error'],
  ERR_HTTP_SOCKET_ASSIGNED: ['ServerResponse has an already assigned socket', 'Error'],
  ERR_HTTP_SOCKET_ENCODING: ['Changing the socket encoding is not allowed per RFC7230 Section 3.', 'Error'],
  ERR_HTTP_TRAILER_INVALID: ['Trailers are invalid with this transfer encoding', 'Error'],
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
  ERR_INSPECTOR_ALREADY_ACTIVATED: [
    'Inspector is already activated. Close it with inspector.close() before activating it again.',
    'Error',
  ],
  ERR_INSPECTOR_ALREADY_CONNECTED: ['%s is already connected', 'Error'],
  ERR_INSPECTOR_CLOSED: ['Session was closed', 'Error'],
  ERR_INSPECTOR_COMMAND: ['Inspector error %d: %s', 'Error'],
  ERR_INSPECTOR_NOT_ACTIVE: ['Inspector is not active', 'Error'],
  ERR_INSPECTOR_NOT_AVAILABLE: ['Inspector is not available', 'Error'],
  ERR_INSPECTOR_NOT_CONNECTED: ['Session is not connected', 'Error'],
  ERR_INSPECTOR_NOT_WORKER: ['Current thread is not a worker', 'Error'],
  ERR_INTERNAL_ASSERTION: [
    (message) =>
      `${message ? `${message}\n` : ''}This is caused by a defect in Parley or by incorrect usage of its internals.\n`,
    'Error',
  ],
  ERR_INVALID_ADDRESS: ['Invalid address: %s', 'Error'],
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
  ERR_IPC_CHANNEL_CLOSED: ['Channel closed', 'Error'],
  ERR_IPC_DISCONNECTED: ['IPC channel is already disconnected', 'Error'],
  ERR_IPC_ONE_PIPE: ['Child process can have only one IPC pipe', 'Error'],
  ERR_IPC_SYNC_FORK: ['IPC cannot be used with synchronous forks', 'Error'],
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
  ERR_NETWORK_IMPORT_BAD_RESPONSE: ["import '%s' received a bad response: %s", 'Error'],
  ERR_NETWORK_IMPORT_DISALLOWED: ["import of '%s' by %s is not supported: %s", 'Error'],
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
  ERR_SERVER_ALREADY_LISTEN: ['Listen method has been called more than once without closing.', 'Error'],
  ERR_SERVER_NOT_RUNNING: ['Server is not running.', 'Error'],
  ERR_SINGLE_EXECUTABLE_APPLICATION_ASSET_NOT_FOUND: [
    'Cannot find asset %s for the single executable application',
    'Error',
  ],
  ERR_SOCKET_ALREADY_BOUND: ['Socket is already bound', 'Error'],
  ERR_SOCKET_BAD_BUFFER_SIZE: ['Buffer size must be a positive integer', 'TypeError'],
  ERR_SOCKET_BAD_PORT: [
    (name, port, allowZero = true) =>
      `${name} should be ${allowZero ? '>=' : '>'} 0 and < 65536. Received ${describe(port)}.`,
    'RangeError',
  ],
  ERR_SOCKET_BAD_TYPE: ['Bad socket type specified. Valid types are: udp4, udp6', 'TypeError'],
  ERR_SOCKET_BUFFER_SIZE: ['Could not get or set buffer size', 'SystemError'],
  ERR_SOCKET_CLOSED: ['Socket is closed', 'Error'],
  ERR_SOCKET_CLOSED_BEFORE_CONNECTION: ['Socket closed before the connection was established', 'Error'],
  ERR_SOCKET_CONNECTION_TIMEOUT: ['Socket connection timeout', 'Error'],
  ERR_SOCKET_DGRAM_IS_CONNECTED: ['Already connected', 'Error'],
  ERR_SOCKET_DGRAM_NOT_CONNECTED: ['Not connected', 'Error'],
  ERR_SOCKET_DGRAM_NOT_RUNNING: ['Not running', 'Error'],
  ERR_SRI_PARSE: ['Subresource Integrity string %j had an unexpected %j at position %d', 'SyntaxError'],
  ERR_STREAM_ALREADY_FINISHED: ['Cannot call %s after a stream was finished', 'Error'],
  ERR_STREAM_CANNOT_PIPE: ['Cannot pipe, not readable', 'Error'],
  ERR_STREAM_DESTROYED: ['Cannot call %s after a stream was destroyed', 'Error'],
  ERR_STREAM_NULL_VALUES: ['May not write null values to stream', 'TypeError'],
  ERR_STREAM_PREMATURE_CLOSE: ['Premature close', 'Error'],
  ERR_STREAM_PUSH_AFTER_EOF: ['stream.push() after EOF', 'Error'],
  ERR_STREAM_UNSHIFT_AFTER_END_EVENT: ['stream.unshift() after end event', 'Error'],
  ERR_STREAM_WRAP: ['Stream has StringDecoder set or is in objectMode', 'Error'],
  ERR_STREAM_WRITE_AFTER_END: ['write after end', 'Error'],
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
  ERR_TLS_ALPN_CALLBACK_INVALID_RESULT: [
    (value, protocols) =>
      `ALPN callback returned a value (${value}) that did not match any of the client's offered protocols (${protocols.join(', ')})`,
    'TypeError',
  ],
  ERR_TLS_ALPN_CALLBACK_WITH_PROTOCOLS: [
    'The ALPNCallback and ALPNProtocols TLS options are mutually exclusive',
    'TypeError',
  ],
  ERR_TLS_CERT_ALTNAME_FORMAT: ['Invalid subject alternative name string', 'SyntaxError'],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    function (reason, host, cert) {
      this.reason = reason;
      this.host = host;
      this.cert = cert;
      return `Hostname/IP does not match certificate's altnames: ${reason}`;
    },
    'Error',
  ],
  ERR_TLS_DH_PARAM_SIZE: ['DH parameter size %s is less than 2048', 'Error'],
  ERR_TLS_HANDSHAKE_TIMEOUT: ['TLS handshake timeout', 'Error'],
  ERR_TLS_INVALID_CONTEXT: ['%s must be a SecureContext', 'TypeError'],
  ERR_TLS_INVALID_PROTOCOL_VERSION: ['%j is not a valid %s TLS protocol version', 'TypeError'],
  ERR_TLS_INVALID_STATE: ['TLS socket connection must be securely established', 'Error'],
  ERR_TLS_PROTOCOL_VERSION_CONFLICT: [
    'TLS protocol version %j conflicts with secureProtocol %j',
    'TypeError',
  ],
  ERR_TLS_RENEGOTIATION_DISABLED: ['TLS session renegotiation disabled for this socket', 'Error'],
  ERR_TLS_REQUIRED_SERVER_NAME: ['"servername" is required parameter for Server.addContext', 'Error'],
  ERR_TLS_SESSION_ATTACK: ['TLS session renegotiation attack detected', 'Error'],
  ERR_TLS_SNI_FROM_SERVER: ['Cannot issue SNI from a TLS server-side socket', 'Error'],
  ERR_TRACE_EVENTS_CATEGORY_REQUIRED: ['At least one category is required', 'TypeError'],
  ERR_TRACE_EVENTS_UNAVAILABLE: ['Trace events are unavailable', 'Error'],
  ERR_UNAVAILABLE_DURING_EXIT: ['Cannot call function in process exit handler', 'Error'],
  ERR_UNCAUGHT_EXCEPTION_CAPTURE_ALREADY_SET: [
    '`process.setupUncaughtExceptionCapture()` was called while a capture callback was already active',
    'Error',
  ],
  ERR_UNESCAPED_CHARACTERS: ['%s contains unescaped characters', 'TypeError'],
  ERR_UNHANDLED_ERROR: [unhandledError, 'Error'],
  ERR_UNKNOWN_BUILTIN_MODULE: ['No such built-in module: %s', 'Error'],
  ERR_UNKNOWN_CREDENTIAL: ['%s identifier does not exist: %s', 'Error'],
  ERR_UNKNOWN_ENCODING: ['Unknown encoding: %s', 'TypeError'],
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
  ERR_WASI_ALREADY_STARTED: ['WASI instance has already started', 'Error'],
  ERR_WEBASSEMBLY_RESPONSE: ['WebAssembly response %s', 'TypeError'],
  ERR_WORKER_INIT_FAILED: ['Worker initialization failure: %s', 'Error'],
  ERR_WORKER_INVALID_EXEC_ARGV: [
    (errors, message = 'invalid execArgv flags') => `Initiated Worker with ${message}: ${errors.join(', ')}`,
    'Error',
  ],
  ERR_WORKER_MESSAGING_ERRORED: [
    'The destination thread threw an error while processing the message',
    'Error',
  ],
  ERR_WORKER_NOT_RUNNING: ['Worker instance not running', 'Error'],
  ERR_WORKER_OUT_OF_MEMORY: ['Worker terminated due to reaching memory limit: %s', 'Error'],
  ERR_WORKER_PATH: [
    (filename) =>
      'The worker script or module filename must be an absolute path or a relative path starting with ' +
      `'./' or '../'.` +
      `${filename.startsWith('file://') ? ' Wrap file:// URLs with `new URL`.' : ''}` +
      `${/^data:text\/javascript/.test(filename) ? ' Wrap data: URLs with `new URL`.' : ''}` +
      ` Received "${filename}"`,
    'TypeError',
  ],
  ERR_WORKER_UNSERIALIZABLE_ERROR: ['Serializing an uncaught exception failed', 'Error'],
  ERR_WORKER_UNSUPPORTED_OPERATION: ['%s is not supported in workers', 'TypeError'],
  ERR_ZLIB_INITIALIZATION_FAILED: ['Initialization failed', 'Error'],
};

module.exports = { describe, formatList, separateThousands, table };
