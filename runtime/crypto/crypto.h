// What the crypto bindings share: OpenSSL's errors as exceptions, and slow work on the thread pool.
#ifndef RUNTIME_CRYPTO_CRYPTO_H_
#define RUNTIME_CRYPTO_CRYPTO_H_

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "runtime/buffer/buffer.h"
#include "runtime/engine/environment.h"

namespace parley {

// The errors that OpenSSL queued on this thread, oldest first. Empties the queue.
using OpenSslErrors = std::vector<unsigned long>;
OpenSslErrors TakeOpenSslErrors();

// The oldest of the errors with Node's properties (library, reason, code, opensslErrorStack), or an Error
// that says `otherwise` when there are none. Empty when setting a property threw.
v8::MaybeLocal<v8::Value> OpenSslError(v8::Isolate* isolate, const OpenSslErrors& errors,
                                       const char* otherwise);
// Throws that of this thread's queue.
void ThrowOpenSsl(const v8::FunctionCallbackInfo<v8::Value>& args, const char* otherwise);

// Work that may take long.
class CryptoJob {
 public:
  virtual ~CryptoJob() = default;
  // On any thread, so without V8. What OpenSSL queued as errors is taken for the reason of a failure.
  virtual bool Run() = 0;
  virtual v8::MaybeLocal<v8::Value> Result(Environment* env) = 0;
  virtual v8::MaybeLocal<v8::Value> Failure(Environment* env, const OpenSslErrors& errors);
};

// Does the job at once when `callback` is undefined (returns its result or throws), on the thread pool
// otherwise (calls back with (error, result)). `type`: which kind of asynchronous resource Node calls it.
void StartJob(const v8::FunctionCallbackInfo<v8::Value>& args, const char* type,
              v8::Local<v8::Value> callback, std::unique_ptr<CryptoJob> job);

// A job that fills `length` bytes, for a Buffer, with `work(bytes)`.
void RunJob(const v8::FunctionCallbackInfo<v8::Value>& args, const char* type, v8::Local<v8::Value> callback,
            size_t length, std::function<bool(std::span<uint8_t>)> work);

}  // namespace parley

#endif  // RUNTIME_CRYPTO_CRYPTO_H_
