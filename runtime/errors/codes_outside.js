'use strict';
// The error codes of what a program has to do with the outside by: HTTP, TLS, crypto, sockets, streams, workers (the form of
// an entry: codes.js).

const { describe } = require('internal/errors/messages');

module.exports = {
  __proto__: null,
  ERR_BROTLI_INVALID_PARAM: ['%s is not a valid Brotli parameter', 'RangeError'],
  ERR_CHILD_CLOSED_BEFORE_REPLY: ['Child closed before reply received', 'Error'],
  ERR_CHILD_PROCESS_IPC_REQUIRED: [
    "Forked processes must have an IPC channel, missing value 'ipc' in %s",
    'Error',
  ],
  ERR_CHILD_PROCESS_STDIO_MAXBUFFER: ['%s maxBuffer length exceeded', 'RangeError'],
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
  ERR_DNS_SET_SERVERS_FAILED: ['c-ares failed to set servers: "%s" [%s]', 'Error'],
  ERR_FEATURE_UNAVAILABLE_ON_PLATFORM: [
    'The feature %s is unavailable on the current platform, which is being used to run Node.js',
    'TypeError',
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
  ERR_IPC_CHANNEL_CLOSED: ['Channel closed', 'Error'],
  ERR_IPC_DISCONNECTED: ['IPC channel is already disconnected', 'Error'],
  ERR_IPC_ONE_PIPE: ['Child process can have only one IPC pipe', 'Error'],
  ERR_IPC_SYNC_FORK: ['IPC cannot be used with synchronous forks', 'Error'],
  ERR_NETWORK_IMPORT_BAD_RESPONSE: ["import '%s' received a bad response: %s", 'Error'],
  ERR_NETWORK_IMPORT_DISALLOWED: ["import of '%s' by %s is not supported: %s", 'Error'],
  ERR_SERVER_ALREADY_LISTEN: ['Listen method has been called more than once without closing.', 'Error'],
  ERR_SERVER_NOT_RUNNING: ['Server is not running.', 'Error'],
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
  ERR_STREAM_ALREADY_FINISHED: ['Cannot call %s after a stream was finished', 'Error'],
  ERR_STREAM_CANNOT_PIPE: ['Cannot pipe, not readable', 'Error'],
  ERR_STREAM_DESTROYED: ['Cannot call %s after a stream was destroyed', 'Error'],
  ERR_STREAM_NULL_VALUES: ['May not write null values to stream', 'TypeError'],
  ERR_STREAM_PREMATURE_CLOSE: ['Premature close', 'Error'],
  ERR_STREAM_PUSH_AFTER_EOF: ['stream.push() after EOF', 'Error'],
  ERR_STREAM_UNSHIFT_AFTER_END_EVENT: ['stream.unshift() after end event', 'Error'],
  ERR_STREAM_WRAP: ['Stream has StringDecoder set or is in objectMode', 'Error'],
  ERR_STREAM_WRITE_AFTER_END: ['write after end', 'Error'],
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
  ERR_UNKNOWN_ENCODING: ['Unknown encoding: %s', 'TypeError'],
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
