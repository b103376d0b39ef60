'use strict';
// fetch(), its classes, WebSocket and EventSource as a program finds them among the globals (Node doc: globals). They are
// npm's undici, the client Node itself has: joined into the builtin internal/deps/undici (tools/bundle.mjs), on our `net`
// and `tls`. It is large, so it is loaded by the first that uses any of them.

let loaded;
function undici() {
  loaded ??= require('internal/deps/undici');
  return loaded;
}

/** The global fetch(): there without undici, for programs that only look whether it is. */
function fetch(input, init = undefined) {
  return undici().fetch(input, init);
}

/** Adds what WebAssembly has of the web. V8 makes that object when a program starts: it is in no snapshot. */
function extendWebAssembly() {
  const define = (name, value) =>
    Object.defineProperty(WebAssembly, name, { value, writable: true, enumerable: true, configurable: true });
  define('compileStreaming', function compileStreaming(source) {
    return require('internal/fetch/wasm_streaming').compileStreaming(source);
  });
  define('instantiateStreaming', function instantiateStreaming(source, imports = undefined) {
    return require('internal/fetch/wasm_streaming').instantiateStreaming(source, imports);
  });
}

module.exports = { extendWebAssembly, fetch, undici };
