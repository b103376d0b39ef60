// What the crypto bindings share: OpenSSL's errors as exceptions, and slow work on the thread pool.
#ifndef RUNTIME_CRYPTO_CRYPTO_H_
#define RUNTIME_CRYPTO_CRYPTO_H_

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "runtime/buffer/buffer.h"
#include "runtime/engine/environment.h"

namespace parley {

// Throws the first of OpenSSL's queued errors with Node's properties (library, reason, code), or `otherwise`
// when it queued none. Empties the queue.
void ThrowOpenSsl(const v8::FunctionCallbackInfo<v8::Value>& args, const char* otherwise);
v8::Local<v8::Value> OpenSslError(v8::Isolate* isolate, const char* otherwise);

// Fills `length` bytes with `work(bytes)`: at once when `callback` is undefined (returns a Buffer or throws),
// on the thread pool otherwise (calls back with (error, Buffer)). `work` must not touch V8. `type`: which
// kind of asynchronous resource Node calls it.
void RunJob(const v8::FunctionCallbackInfo<v8::Value>& args, const char* type, v8::Local<v8::Value> callback,
            size_t length, std::function<bool(std::span<uint8_t>)> work);

}  // namespace parley

#endif  // RUNTIME_CRYPTO_CRYPTO_H_
