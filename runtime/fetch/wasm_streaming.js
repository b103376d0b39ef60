'use strict';
// WebAssembly.compileStreaming() and instantiateStreaming(): a module out of a Response (WebAssembly Web API, "Streaming
// module compilation and instantiation"). Compilation begins with the last byte: what is saved by earlier ones is little
// beside the network.
const { codes } = require('internal/errors');

/** @param {unknown} source a Response or what promises one @returns {Promise<WebAssembly.Module>} */
function compileStreaming(source) {
  return compileFor('compileStreaming', source);
}

async function compileFor(name, source) {
  const response = await source;
  if (!(response instanceof Response)) {
    throw new codes.ERR_INVALID_ARG_TYPE('source', ['Response', 'Promise resolving to Response'], response);
  }
  const type = response.headers.get('Content-Type');
  if (type !== 'application/wasm') {
    throw new codes.ERR_WEBASSEMBLY_RESPONSE(`has unsupported MIME type '${type}'`);
  }
  if (!response.ok) throw new codes.ERR_WEBASSEMBLY_RESPONSE(`has status code ${response.status}`);
  if (response.bodyUsed) throw new codes.ERR_WEBASSEMBLY_RESPONSE('body has already been used');
  const chunks = [];
  // Streams of a program's own may give buffers, which arrayBuffer() does not take.
  for await (const chunk of response.body ?? []) {
    chunks.push(ArrayBuffer.isView(chunk) ? chunk : new Uint8Array(chunk));
  }
  const bytes = Buffer.concat(chunks);
  try {
    return await WebAssembly.compile(bytes);
  } catch (error) {
    error.message = error.message.replace('WebAssembly.compile()', () => `WebAssembly.${name}()`);
    throw error;
  }
}

/** @returns {Promise<{module: WebAssembly.Module, instance: WebAssembly.Instance}>} */
async function instantiateStreaming(source, imports) {
  const module = await compileFor('instantiateStreaming', source);
  return { module, instance: await WebAssembly.instantiate(module, imports) };
}

module.exports = { compileStreaming, instantiateStreaming };
